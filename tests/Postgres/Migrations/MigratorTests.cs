using DbUp.Engine;
using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Postgres.Migrations;
using EndpointSync.Tests.Postgres.Functions;
using EndpointSync.Tests.Testing;
using Npgsql;

namespace EndpointSync.Tests.Postgres.Migrations;

public sealed class MigratorTests
{
    private static readonly string[] Scripts =
    [
        .. typeof(Migrator).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith("EndpointSync/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal),
    ];

    private const int Installers = 8;

    // Every object of the two schemas, with the names that the server gave.
    private const string ObjectsSql =
        """
        select concat_ws(' ', n.nspname, c.relkind, c.relname)
        from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
        where n.nspname in ('orleans', 'endpoint_sync') order by 1
        """;

    [Fact]
    public async Task Installers_that_start_together_end_with_one_set_of_objects_and_no_error()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        await using var reference = await TestDatabase.CreateAsync();

        await Task.WhenAll(
            Enumerable.Range(0, Installers).Select(
                _ => Task.Run(() => InstallAsync(database)))).Within("all installers");

        Assert.Equal(await reference.ListAsync(ObjectsSql), await database.ListAsync(ObjectsSql));
        Assert.Equal(9L, await database.ScalarAsync<long>("select count(*) from orleans.OrleansQuery"));
        Assert.Equal(
            Scripts,
            await database.ListAsync("select scriptname from endpoint_sync.schema_migrations order by scriptname"));
        Assert.Equal(
            [
                "Orleans/0001_membership.sql", "Orleans/0002_api_keys.sql", "Orleans/0003_audit.sql",
                "Orleans/0004_idempotency.sql", "Orleans/0005_console_sessions.sql",
                "Orleans/0006_sign_in_by_issuer.sql",
            ],
            await database.ListAsync("select scriptname from orleans.schema_migrations"));
        Assert.Empty(await database.ErrorsAsync());
    }

    [Fact]
    public async Task Registries_that_are_prepared_together_on_an_empty_database_are_all_ready()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        var registries = Enumerable.Range(0, Installers)
            .Select(_ => new TestRegistry(database, options: new() { CreateTables = true }))
            .ToList();

        var receipts = await Task.WhenAll(
            registries.Select(registry => Task.Run(registry.ReloadAsync))).Within("all registries");

        Assert.All(receipts, receipt => Assert.Equal(ReloadOutcome.UpToDate, receipt.Outcome));
        Assert.Empty(await database.ErrorsAsync());
        foreach (var registry in registries)
        {
            await registry.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_second_run_does_nothing()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        await InstallAsync(database);
        const string written =
            "select xmin || ' ' || t::text from endpoint_sync.schema_migrations as t union all select xmin || ' ' || "
            + "t::text from orleans.schema_migrations as t";
        var before = (await database.ListAsync(ObjectsSql), await database.ListAsync(written));

        await InstallAsync(database);

        Assert.Equal(before.Item1, await database.ListAsync(ObjectsSql));
        Assert.Equal(before.Item2, await database.ListAsync(written));
    }

    [Fact]
    public async Task A_script_that_fails_leaves_nothing_behind_and_is_named()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        await database.ExecuteAsync(
            "create schema endpoint_sync; create table endpoint_sync.quarantine (taken integer)");

        var failure = await Assert.ThrowsAsync<RegistryUnusableException>(() => InstallAsync(database));

        Assert.Contains("'EndpointSync/0001_state_and_versions.sql'", failure.Message);
        Assert.Contains("already exists", failure.Message);
        Assert.Empty(
            await database.ListAsync(
                "select tablename from pg_tables where schemaname = 'endpoint_sync' and tablename not in "
                + "('quarantine', 'schema_migrations')"));
        await database.ExecuteAsync("drop table endpoint_sync.quarantine");
        await InstallAsync(database);
        Assert.Equal(
            Scripts.Length,
            await database.ScalarAsync<int>("select count(*)::integer from endpoint_sync.schema_migrations"));
    }

    // A lock that waits holds up everyone behind it: an ALTER behind one idle transaction would stop every writer.
    [Fact]
    public async Task A_migration_of_a_table_in_use_holds_up_no_writer_for_long_and_is_applied_when_the_table_is_free()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var idle = await database.Source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var reading = await idle.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await idle.ExecuteAsync(
            "select from endpoint_sync.state", TestContext.Current.CancellationToken);
        var script = new SqlScript("later.sql", "alter table endpoint_sync.state add column later integer");

        var migration = Migrator.MigrateAsync(
            database.Source, [script], "endpoint_sync", TestContext.Current.CancellationToken);
        await database.UntilBlockedAsync();
        await database.ExecuteAsync(
            "set statement_timeout = '5s'; update endpoint_sync.state set lock_key = lock_key; "
            + "reset statement_timeout");
        Assert.False(migration.IsCompleted);
        await reading.RollbackAsync(TestContext.Current.CancellationToken);

        await migration.Within("the migration");
        Assert.Equal(
            1L,
            await database.ScalarAsync<long>(
                "select count(*) from pg_attribute where attrelid = 'endpoint_sync.state'::regclass and attname = "
                + "'later'"));
    }

    // Any role may take any advisory lock, so a start must not wait for one.
    [Fact]
    public async Task A_role_that_may_only_connect_cannot_keep_a_silo_from_preparing_its_databases()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        await using var stranger = await ForeignSession.OpenAsync(database);
        await stranger.ExecuteAsync(
            "select pg_advisory_lock(hashtextextended('endpoint_sync.migrations', 0))");

        await InstallAsync(database).Within("the migrations");
        foreach (var mode in new[] { "access share", "share update exclusive", "access exclusive" })
        {
            Assert.Equal(
                "42501",
                (await stranger.RefusalAsync(
                    $"begin; lock table endpoint_sync.schema_migrations in {mode} mode")).SqlState);
            Assert.Equal(
                "42501",
                (await stranger.RefusalAsync($"begin; lock table orleans.schema_migrations in {mode} mode")).SqlState);
        }

        await using var registry = new TestRegistry(database, options: new() { CreateTables = true });
        await registry.Preparation.EnsureAsync(CancellationToken.None).Within("the preparation");
        Assert.Null(await registry.Capture.FindCureAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Processes_take_turns_by_a_lock_of_the_journal_that_a_dump_does_not_wait_for()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var first = await database.Source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var turn = await Migrator.TakeTurnAsync(
            first, "endpoint_sync", TestContext.Current.CancellationToken);

        var second = InstallAsync(database);
        await database.UntilBlockedAsync();
        await database.ExecuteAsync("begin; lock table endpoint_sync.schema_migrations in access share mode; rollback");
        Assert.False(second.IsCompleted);
        await turn.RollbackAsync(TestContext.Current.CancellationToken);

        await second.Within("the second turn");
    }

    [Fact]
    public async Task A_role_that_may_not_create_schemas_gets_the_grant_that_it_needs()
    {
        await using var database = await TestDatabase.CreateEmptyAsync();
        await using var role = await TestRole.CreateAsync(database);
        await using var source = NpgsqlDataSource.Create(role.ConnectionString);

        var refusal = await Assert.ThrowsAsync<RegistryUnusableException>(
            () => ClusterDatabase.MigrateAsync(source, CancellationToken.None));

        var grant = $"GRANT CREATE ON DATABASE \"{database.Name}\" TO \"{role.Name}\";";
        Assert.Equal(
            $"Schema 'orleans' is absent and role \"{role.Name}\" may not create it. "
            + $"As the database's owner run: {grant}",
            refusal.Message);
        await database.ExecuteAsync(grant);
        await ClusterDatabase.MigrateAsync(source, CancellationToken.None);
        Assert.Equal(9L, await database.ScalarAsync<long>("select count(*) from orleans.OrleansQuery"));
    }

    private static async Task InstallAsync(TestDatabase database)
    {
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        await ClusterDatabase.MigrateAsync(source, CancellationToken.None);
        await Migrator.MigrateAsync(source, "EndpointSync", "endpoint_sync", CancellationToken.None);
    }
}
