using System.Text.RegularExpressions;
using EndpointSync.Grains.Postgres;
using EndpointSync.Tests.Testing;
using Npgsql;

namespace EndpointSync.Tests.Process.DatabaseRoles;

/// <summary>What event 1702 tells a person to do, done word by word as the roles that it names.</summary>
public sealed partial class CaptureCureTests
{
    private const int NotCaptured = 1702;

    private const string DropTriggers =
        """
        drop trigger endpoint_sync_insert on fastapi_endpoint;
        drop trigger endpoint_sync_insert on endpoint_route
        """;

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 2)]
    public async Task The_statements_that_install_the_triggers_again_name_the_roles_that_may_run_them(
        bool ownsDatabase, int statements)
    {
        await using var roles = await ScriptedRoles.CreateAsync();
        if (!ownsDatabase)
        {
            await roles.Database.ExecuteAsync(
                $"alter database {roles.Database.Name} owner to current_user; "
                + $"grant usage on schema public to {roles.Odoo}");
        }

        await roles.InstallAsync();
        await roles.Database.ExecuteAsync(DropTriggers);
        await using var registry = new TestRegistry(roles.Database, connectionString: roles.SiloConnection);
        Assert.False(await registry.Capture.EnsureAsync(CancellationToken.None));

        var message = Assert.Single(registry.Log.Entries, entry => entry.EventId == NotCaptured).Message;
        var cures = Cures().Matches(message);
        Assert.Equal(statements, cures.Count);
        foreach (Match cure in cures)
        {
            await RunAsync(roles, cure.Groups["role"].Value, cure.Groups["sql"].Value);
        }

        Assert.Null(await registry.Capture.FindCureAsync(CancellationToken.None));
        Assert.True(await registry.Capture.EnsureAsync(CancellationToken.None));
    }

    private static async Task RunAsync(ScriptedRoles roles, string role, string sql)
    {
        await using var connection = new NpgsqlConnection(roles.Database.ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        await connection.ExecuteAsync($"set role {role}", CancellationToken.None);
        await connection.ExecuteAsync(sql, CancellationToken.None);
    }

    [GeneratedRegex("""[Aa]s role (?<role>"(?:[^"]|"")+"|[a-z0-9_]+),? run: (?<sql>[^;]+;)""")]
    private static partial Regex Cures();
}
