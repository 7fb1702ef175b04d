using EndpointSync.Grains.Postgres;
using EndpointSync.Tests.Postgres.Recipes;
using EndpointSync.Tests.Testing;
using Npgsql;

namespace EndpointSync.Tests.Postgres.Privileges;

/// <summary>Odoo's backups, made by Odoo's own role with Postgres' own programs.</summary>
public sealed class BackupTests : IAsyncLifetime
{
    private readonly TestDatabase _database = new();
    private readonly string _restored = $"restored_{Guid.NewGuid():N}";
    private readonly string _folder = Directory.CreateTempSubdirectory("endpointsync-backup-").FullName;
    private TestRole _odoo = null!;
    private TestRole _silo = null!;

    private string DumpFile => Path.Combine(_folder, "dump");

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        _odoo = await TestRole.CreateAsync(_database);
        _silo = await TestRole.CreateAsync(_database);
        await _database.ExecuteAsync(
            $"""
             drop schema endpoint_sync cascade; drop schema orleans cascade;
             alter database {_database.Name} owner to {_odoo.Name};
             alter table fastapi_endpoint owner to {_odoo.Name}; alter table endpoint_route owner to {_odoo.Name};
             alter sequence endpoint_route_version owner to {_odoo.Name};
             grant all on schema public to {_odoo.Name}; grant usage on schema public to {_silo.Name};
             grant create on database {_database.Name} to {_silo.Name};
             grant all on all tables in schema public to {_silo.Name};
             grant all on all sequences in schema public to {_silo.Name}
             """);
        await _database.AddEndpointAsync("orders", "/orders");
        await using var registry = new TestRegistry(_database, connectionString: _silo.ConnectionString);
        Assert.Equal(ReloadOutcome.Synced, (await registry.ReloadAsync()).Outcome);
        await registry.InstallTriggersAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await using (var server = await TestServer.OpenAsync())
        {
            await server.ExecuteAsync($"drop database if exists {_restored} with (force)", CancellationToken.None);
        }

        await _database.ExecuteAsync($"alter database {_database.Name} owner to current_user");
        await _silo.DisposeAsync();
        await _odoo.DisposeAsync();
        await _database.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Odoos_role_dumps_restores_and_drops_everything_after_the_grant_that_health_names()
    {
        var (code, output) = await DumpAsync();
        Assert.True(code != 0, output);
        await using (var registry = new TestRegistry(_database, connectionString: _silo.ConnectionString))
        {
            var shortcomings = await registry.Preparation.FindShortcomingsAsync(CancellationToken.None);
            var grant = $"GRANT {_silo.Name} TO {_odoo.Name};";
            Assert.EndsWith(grant, Assert.Single(shortcomings).Cure, StringComparison.Ordinal);
            await _database.ExecuteAsync(grant);
            Assert.Empty(await registry.Preparation.FindShortcomingsAsync(CancellationToken.None));
        }

        await SucceedsAsync(DumpAsync());
        await _database.ExecuteAsync($"create database {_restored} owner {_odoo.Name}");
        await SucceedsAsync(RestoreAsync());
        await RunsAfterOneCommandAsync();
        await using var odoo = await OpenAsync(_odoo.ConnectionString);
        await odoo.ExecuteAsync(
            $"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{_restored}'",
            CancellationToken.None);
        await odoo.ExecuteAsync($"drop database {_restored}", CancellationToken.None);
    }

    // The triggers call functions that are not part of such a dump. A silo installs all of it again.
    [Fact]
    public async Task A_dump_of_Odoos_schema_alone_is_restored_without_our_triggers_and_a_silo_installs_them()
    {
        await SucceedsAsync(DumpAsync("--schema=public"));
        await _database.ExecuteAsync($"create database {_restored} owner {_odoo.Name}");
        await _database.ExecuteAsync($"grant create on database {_restored} to {_silo.Name}");

        var (_, output) = await RestoreAsync();
        Assert.All(
            output.Split('\n').Where(line => line.Contains(" ERROR: ", StringComparison.Ordinal)),
            line => Assert.True(
                line.Contains("endpoint_sync", StringComparison.Ordinal)
                    || line.Contains("schema \"public\" already exists", StringComparison.Ordinal), line));

        await using var registry = new TestRegistry(_database, connectionString: Restored(_silo));
        Assert.Equal(ReloadOutcome.Synced, (await registry.ReloadAsync()).Outcome);
        await registry.InstallTriggersAsync();
    }

    // Odoo restores without owners: everything of ours is its own then, and silos are locked out.
    private async Task RunsAfterOneCommandAsync()
    {
        await using var registry = new TestRegistry(_database, connectionString: Restored(_silo));
        var refused = await registry.ReloadAsync();
        Assert.Equal(ReloadOutcome.Failed, refused.Outcome);
        var command = $"SELECT endpoint_sync.set_owner('{_silo.Name}');";
        Assert.EndsWith(command, refused.Problem!.Detail, StringComparison.Ordinal);
        await using var odoo = await OpenAsync(Restored(_odoo));
        await odoo.ExecuteAsync(command, CancellationToken.None);

        Assert.Equal(ReloadOutcome.UpToDate, (await registry.ReloadAsync()).Outcome);
        await registry.InstallTriggersAsync();
        Assert.Empty(await registry.Preparation.FindShortcomingsAsync(CancellationToken.None));
        await odoo.ExecuteAsync(
            "update fastapi_endpoint set root_path = '/new', registry_sync = false", CancellationToken.None);
        Assert.Equal(ReloadOutcome.Synced, (await registry.ReloadAsync()).Outcome);
        Assert.Equal(
            0L,
            await odoo.ScalarAsync<long>(
                $"""
                 select (select count(*) from pg_class where relnamespace = 'endpoint_sync'::regnamespace
                     and relowner <> '{_silo.Name}'::regrole)
                   + (select count(*) from pg_proc where pronamespace = 'endpoint_sync'::regnamespace
                     and proowner <> '{_silo.Name}'::regrole)
                 """,
                CancellationToken.None));
    }

    private string Restored(TestRole role) =>
        new NpgsqlConnectionStringBuilder(role.ConnectionString) { Database = _restored, Pooling = false }
            .ConnectionString;

    private async Task<(int Code, string Output)> DumpAsync(params string[] options) =>
        await RunAsync("pg_dump", ["--format=custom", $"--file={DumpFile}", .. options, .. Target(_database.Name)]);

    private Task<(int Code, string Output)> RestoreAsync() =>
        RunAsync("pg_restore", ["--no-owner", .. Target(_restored), DumpFile]);

    private string[] Target(string database)
    {
        var settings = new NpgsqlConnectionStringBuilder(_odoo.ConnectionString);
        return
        [
            $"--dbname=host={settings.Host} port={settings.Port} user={_odoo.Name} password={_odoo.Name} "
            + $"dbname={database}",
        ];
    }

    private static async Task<(int Code, string Output)> RunAsync(string program, string[] arguments)
    {
        await using var process = RecipeProcess.Start([await ClientProgram.RequireAsync(program), .. arguments]);
        var code = await process.EndAsync();
        return (code, process.Output);
    }

    private static async Task SucceedsAsync(Task<(int Code, string Output)> run)
    {
        var (code, output) = await run;
        Assert.True(code == 0, output);
    }

    private static async Task<NpgsqlConnection> OpenAsync(string connectionString)
    {
        var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync();
        return connection;
    }
}
