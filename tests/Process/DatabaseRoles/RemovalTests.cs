using DbUp.Engine;
using EndpointSync.Grains.Postgres.Migrations;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Process.DatabaseRoles;

public sealed class RemovalTests
{
    private const string OdooRows = "select to_jsonb(r)::text from endpoint_route as r union all "
        + "select to_jsonb(e)::text from fastapi_endpoint as e order by 1";

    [Fact]
    public async Task After_a_removal_the_schema_is_the_one_from_before_byte_for_byte_and_Odoos_rows_stay()
    {
        await using var roles = await ScriptedRoles.CreateAsync();
        await roles.Database.AddEndpointAsync("orders", "/orders");
        var before = await roles.DumpAsync();
        await roles.InstallAsync();
        await using (var registry = new TestRegistry(roles.Database, connectionString: roles.SiloConnection))
        {
            Assert.Equal(ReloadOutcome.Synced, (await registry.ReloadAsync()).Outcome);
        }

        var rows = await roles.Database.ListAsync(OdooRows);
        Assert.Equal(2, rows.Count);
        Assert.NotEqual(before, await roles.DumpAsync());
        await EndedAsync(roles);

        // As Odoo's role, which owns the tables. Nothing of ours is left for the second time.
        var remove = await roles.PrintAsync("remove");
        await roles.SucceedsAsync(remove, roles.Odoo);
        Assert.Equal(before, await roles.DumpAsync());
        await roles.SucceedsAsync(remove, roles.Odoo);
        Assert.Equal(rows, await roles.Database.ListAsync(OdooRows));
        await roles.Database.ExecuteAsync("update fastapi_endpoint set root_path = '/other'");
    }

    [Fact]
    public async Task A_removal_takes_out_what_each_former_release_installed()
    {
        await using var roles = await ScriptedRoles.CreateAsync();
        var before = await roles.DumpAsync();
        var remove = await roles.PrintAsync("remove");
        var scripts = typeof(Migrator).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith("EndpointSync/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name => new SqlScript(name, Migrator.Script(name)))
            .ToList();
        for (var level = 1; level <= scripts.Count; level++)
        {
            await Migrator.MigrateAsync(
                roles.Database.Source, scripts.Take(level), "endpoint_sync", CancellationToken.None);
            if (level >= 3)
            {
                await roles.Database.ExecuteAsync(
                    "insert into endpoint_sync.state (schema_name) values ('public'); "
                    + "select endpoint_sync.install_triggers('public')");
            }

            await roles.SucceedsAsync(remove);
            Assert.Equal(before, await roles.DumpAsync());
        }
    }

    [Fact]
    public async Task A_removal_beside_a_silo_is_refused_unless_forced_and_the_silo_does_not_install_again()
    {
        await using var roles = await ScriptedRoles.CreateAsync();
        await roles.InstallAsync();
        await using var registry = new TestRegistry(
            roles.Database, silo: "silo-7", connectionString: roles.SiloConnection);
        Assert.True((await registry.ReloadAsync()).InSync);

        var (code, output) = await roles.PsqlAsync(await roles.PrintAsync("remove"));
        Assert.Equal(3, code);
        Assert.Contains("Silos still use this database: EndpointSync/silo-7", output, StringComparison.Ordinal);
        Assert.True((await registry.ReloadAsync()).InSync);

        await roles.SucceedsAsync(await roles.PrintAsync("remove", "--force"));
        _ = await registry.ReloadAsync();
        var refused = await registry.ReloadAsync();
        Assert.Equal(ReloadOutcome.Failed, refused.Outcome);
        Assert.False(await roles.Database.ScalarAsync<bool>("select to_regnamespace('endpoint_sync') is not null"));
    }

    [Fact]
    public async Task A_removal_waits_for_a_writer_a_short_while_at_a_time_and_then_goes_on()
    {
        await using var roles = await ScriptedRoles.CreateAsync();
        await roles.InstallAsync();
        await using var writer = await roles.Database.Source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var transaction = await writer.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await roles.Database.AddEndpointAsync("orders", "/orders");
        await using (var update = writer.CreateCommand())
        {
            update.CommandText = "update fastapi_endpoint set root_path = '/new'";
            await update.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        var removal = roles.SucceedsAsync(await roles.PrintAsync("remove"));
        await Deadline.UntilAsync(
            () => roles.Database.ScalarAsync<bool>(
                "select exists (select from pg_locks where not granted and relation = 'fastapi_endpoint'::regclass)"),
            "the removal in wait for the table");
        await transaction.CommitAsync(TestContext.Current.CancellationToken);
        await removal;

        Assert.False(await roles.Database.ScalarAsync<bool>("select to_regnamespace('endpoint_sync') is not null"));
        Assert.Equal("/new", await roles.Database.ScalarAsync<string>("select root_path from fastapi_endpoint"));
    }

    [Fact]
    public async Task A_removal_leaves_a_cluster_in_the_same_database_its_tables_and_its_rights()
    {
        await using var roles = await ScriptedRoles.CreateAsync();
        await roles.InstallAsync();
        await roles.InstallAsync("--cluster");

        await roles.SucceedsAsync(await roles.PrintAsync("remove"));

        Assert.Null(await roles.RefusalAsync(roles.Silo, "select from orleans.api_keys"));
        Assert.Null(await roles.RefusalAsync(roles.Silo, "select from orleans.OrleansMembershipTable"));
        Assert.Equal("42501", await roles.RefusalAsync(roles.Silo, "select from public.endpoint_route"));
    }

    private static Task EndedAsync(ScriptedRoles roles) => Deadline.UntilAsync(
        () => roles.Database.ScalarAsync<bool>(
            "select not exists (select from pg_stat_activity where datname = current_database() "
            + "and starts_with(application_name, 'EndpointSync/'))"),
        "the end of the silo's sessions");
}
