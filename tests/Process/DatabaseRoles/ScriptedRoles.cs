using System.Diagnostics;
using EndpointSync.Grains.Postgres;
using EndpointSync.Tests.Testing;
using Npgsql;
using SystemProcess = System.Diagnostics.Process;

namespace EndpointSync.Tests.Process.DatabaseRoles;

/// <summary>
/// A registry's database as Odoo has it before EndpointSync, owned by Odoo's role, and three roles whose names need
/// quotes. What the command line prints is run by psql.
/// </summary>
internal sealed class ScriptedRoles : IAsyncDisposable
{
    private static readonly Uri NoSilo = new("http://127.0.0.1:9");

    private readonly string _suffix = Guid.NewGuid().ToString("N")[..12];

    private ScriptedRoles(TestDatabase database) => Database = database;

    public TestDatabase Database { get; }

    public string Owner => $"The \"owner\" o'{_suffix}";

    public string Silo => $"silo $do$ {_suffix}";

    public string Monitor => $"monitor\\ :x {_suffix}";

    public string Odoo => $"odoo_{_suffix}";

    public string SiloConnection => ConnectionString(Silo);

    public static async Task<ScriptedRoles> CreateAsync()
    {
        var roles = new ScriptedRoles(await TestDatabase.CreateAsync());
        await roles.Database.ExecuteAsync(
            $"""
             drop schema endpoint_sync cascade; drop schema orleans cascade;
             revoke all on schema public from public; create role {roles.Odoo} login password 'p';
             alter database {roles.Database.Name} owner to {roles.Odoo};
             alter table fastapi_endpoint owner to {roles.Odoo}; alter table endpoint_route owner to {roles.Odoo};
             alter sequence endpoint_route_version owner to {roles.Odoo};
             create table ir_model_data (id serial primary key, module text, name text, res_id integer);
             create table res_users (id serial primary key, company_id integer, password text);
             create table ir_module_module (id serial primary key, name text, latest_version text);
             create sequence base_cache_signaling_routing; create sequence base_cache_signaling_default;
             alter table ir_model_data owner to {roles.Odoo}; alter table res_users owner to {roles.Odoo};
             alter table ir_module_module owner to {roles.Odoo};
             alter sequence base_cache_signaling_routing owner to {roles.Odoo};
             alter sequence base_cache_signaling_default owner to {roles.Odoo}
             """);
        return roles;
    }

    /// <summary>Makes the roles and installs everything.</summary>
    public async Task InstallAsync(params string[] options)
    {
        await SucceedsAsync(await PrintAsync("roles", options));
        foreach (var role in new[] { Silo, Monitor })
        {
            await Database.ExecuteAsync($"alter role {SchemaSql.Quote(role)} password 'p'");
        }

        await SucceedsAsync(await PrintAsync("migrate", options));
    }

    public string ConnectionString(string role) =>
        new NpgsqlConnectionStringBuilder(Database.ConnectionString) { Username = role, Password = "p" }
            .ConnectionString;

    public async Task<string> PrintAsync(string command, params string[] options)
    {
        string[] names = ["--owner", Owner, "--silo", Silo, "--monitor", Monitor];
        string[] database = options.Contains("--database") ? [] : ["--database", Database.Name];
        var printed = await CliProcess.RunAsync(NoSilo, ["sql", command, .. names, .. database, .. options]);
        Assert.True(printed.ExitCode == 0, printed.Error);
        return printed.Output;
    }

    public async Task SucceedsAsync(string script, string? role = null)
    {
        var (code, output) = await PsqlAsync(script, role);
        Assert.True(code == 0, output);
        Assert.Empty(output.Trim());
    }

    public Task<(int Code, string Output)> PsqlAsync(string script, string? role = null) =>
        RunAsync("psql", ["--quiet", "--no-psqlrc", Target(role)], script);

    /// <summary>
    /// What Odoo's role dumps of the schema, without the two lines that have a new random key each time.
    /// </summary>
    public async Task<string> DumpAsync()
    {
        var (code, output) = await RunAsync("pg_dump", ["--schema-only", Target(Odoo)], "");
        Assert.True(code == 0, output);
        return string.Join('\n', output.Split('\n').Where(line =>
            !line.StartsWith("\\restrict ", StringComparison.Ordinal)
            && !line.StartsWith("\\unrestrict ", StringComparison.Ordinal)));
    }

    /// <summary>The SQLSTATE by which a statement of a role is refused; null if it works.</summary>
    public async Task<string?> RefusalAsync(string role, string statement)
    {
        await using var connection = new NpgsqlConnection(ConnectionString(role) + ";Pooling=false");
        await connection.OpenAsync();
        try
        {
            await connection.ExecuteAsync(statement, CancellationToken.None);
            return null;
        }
        catch (PostgresException refused)
        {
            return refused.SqlState;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Database.ExecuteAsync($"alter database {Database.Name} owner to current_user");
        await Database.DisposeAsync();
        await using var server = await TestServer.OpenAsync();
        foreach (var role in new[] { Odoo, Silo, Monitor, Owner })
        {
            await server.ExecuteAsync($"drop role if exists {SchemaSql.Quote(role)}", CancellationToken.None);
        }
    }

    private string Target(string? role)
    {
        var settings = new NpgsqlConnectionStringBuilder(Database.ConnectionString);
        var (user, password) = role is null ? (settings.Username, settings.Password) : (role, "p");
        return $"--dbname=host={settings.Host} port={settings.Port} user={user} password='{password}' "
            + $"dbname={Database.Name}";
    }

    private static async Task<(int Code, string Output)> RunAsync(string program, string[] arguments, string input)
    {
        var start = new ProcessStartInfo(await ClientProgram.RequireAsync(program), arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = SystemProcess.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync().Within(program);
        return (process.ExitCode, await output + await error);
    }
}
