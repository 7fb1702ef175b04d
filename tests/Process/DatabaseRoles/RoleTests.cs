using System.Text.RegularExpressions;
using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Postgres.Migrations;
using EndpointSync.Tests.Testing;
using Npgsql;

namespace EndpointSync.Tests.Process.DatabaseRoles;

public sealed partial class RoleTests
{
    private const string InsufficientPrivilege = "42501";

    private static readonly string[] NotForSilos =
    [
        "select password from public.res_users", "select * from public.ir_model_data", "delete from public.res_users",
        "update public.res_users set password = ''", "insert into public.ir_model_data (name) values ('x')",
        "truncate public.fastapi_endpoint", "truncate public.endpoint_route", "drop table public.res_users",
        "drop table public.endpoint_route", "alter table public.fastapi_endpoint add column x integer",
        "create table public.x (id integer)", "create schema x", "create table endpoint_sync.x (id integer)",
        "drop table endpoint_sync.state", "drop schema endpoint_sync cascade", "drop function endpoint_sync.check_all",
        "create trigger x after insert on public.endpoint_route execute function endpoint_sync.record_route_changes()",
        "drop trigger endpoint_sync_insert on public.endpoint_route", "create role x",
        "select setval('public.endpoint_route_version', 1)",
    ];

    [Fact]
    public async Task A_registry_lives_with_the_silos_role_alone()
    {
        await using var roles = await ScriptedRoles.CreateAsync();
        await roles.InstallAsync();
        // Both may be repeated, as before an upgrade.
        await roles.InstallAsync();
        await using var registry = new TestRegistry(roles.Database, connectionString: roles.SiloConnection);
        var edit = new EndpointEdit { Name = "orders", RootPath = "/orders", App = "api", Active = true };
        var added = await registry.Endpoints.AddAsync(edit, CancellationToken.None);
        Assert.Equal((ReloadOutcome.Synced, 1), await OutcomeAsync(registry));
        Assert.Null(await registry.Capture.FindCureAsync(CancellationToken.None));
        Assert.Empty(await registry.Preparation.FindShortcomingsAsync(CancellationToken.None));
        Assert.True(await roles.Database.ScalarAsync<bool>("select is_called from base_cache_signaling_routing"));

        await roles.Database.ExecuteAsync("update endpoint_route set route = '/wrong'");
        Assert.NotNull(await registry.Status.PendingScopeAsync(CancellationToken.None));
        Assert.Equal(ReloadOutcome.Synced, (await registry.ReloadAsync()).Outcome);
        Assert.Equal(
            "repaired", await roles.Database.ScalarAsync<string>("select outcome from endpoint_sync.foreign_writes"));
        Assert.DoesNotContain("/wrong", await roles.Database.ListAsync("select route from endpoint_route"));

        await roles.Database.AddEndpointAsync("bad", "/");
        var receipt = await registry.ReloadAsync();
        Assert.True(receipt.Problem is null, receipt.Problem?.Detail);
        Assert.Equal(1, await roles.Database.ScalarAsync<long>("select count(*) from endpoint_sync.quarantine"));
        Assert.Equal(2, (await registry.Status.ReadAsync(CancellationToken.None)).Endpoints);
        _ = await registry.Endpoints.DeleteAsync(added.Endpoint!.Id, null, CancellationToken.None);
        Assert.Equal(1, (await registry.ReloadAsync()).RoutesRemoved);
        Assert.Equal(
            0L,
            await roles.Database.ScalarAsync<long>(
                "select count(*) from pg_class where relowner = "
                + $"{SchemaSql.Literal(SchemaSql.Quote(roles.Silo))}::regrole"));
    }

    [Fact]
    public async Task The_silos_role_is_refused_everything_else()
    {
        await using var roles = await ScriptedRoles.CreateAsync();
        await roles.InstallAsync();

        foreach (var statement in NotForSilos.Append($"set role {SchemaSql.Quote(roles.Owner)}"))
        {
            var refusal = await roles.RefusalAsync(roles.Silo, statement);
            Assert.Equal((statement, InsufficientPrivilege), (statement, refusal));
        }
    }

    [Fact]
    public async Task The_monitors_role_reads_what_status_needs_and_writes_no_table()
    {
        await using var roles = await ScriptedRoles.CreateAsync();
        await roles.InstallAsync();
        await using var registry = new TestRegistry(
            roles.Database, connectionString: roles.ConnectionString(roles.Monitor));
        Assert.Equal(0, (await registry.Status.ReadAsync(CancellationToken.None)).Endpoints);
        _ = await registry.Status.ReadWritersAsync(CancellationToken.None);
        _ = await registry.RoutesAsync();

        var tables = await roles.Database.ListAsync(
            "select oid::regclass::text from pg_class where relkind = 'r' and relnamespace in "
            + "('public'::regnamespace, 'endpoint_sync'::regnamespace)");
        Assert.True(tables.Count > 10);
        var statements = tables.SelectMany(table => new[]
        {
            $"insert into {table} default values", $"delete from {table}", $"truncate {table}", $"drop table {table}",
        });
        foreach (var statement in statements.Concat(
            ["select endpoint_sync.check_all('public')", "create schema x", "create table public.x (id integer)"]))
        {
            var qualified = Unqualified().Replace(statement, "$1public.$2");
            Assert.Equal(
                (qualified, InsufficientPrivilege), (qualified, await roles.RefusalAsync(roles.Monitor, qualified)));
        }
    }

    [Theory]
    [InlineData("select on public.fastapi_endpoint")]
    [InlineData("update on public.fastapi_endpoint")]
    [InlineData("select on public.endpoint_route")]
    [InlineData("insert on public.endpoint_route")]
    [InlineData("update on public.endpoint_route")]
    [InlineData("delete on public.endpoint_route")]
    [InlineData("usage on sequence public.endpoint_route_version")]
    [InlineData("usage on sequence public.endpoint_route_id_seq")]
    [InlineData("usage on schema public")]
    [InlineData("select on endpoint_sync.state")]
    [InlineData("insert on endpoint_sync.versions")]
    [InlineData("update on endpoint_sync.pending_changes")]
    [InlineData("delete on endpoint_sync.pending_syncs")]
    [InlineData("update, delete on endpoint_sync.schema_migrations")]
    [InlineData("execute on function endpoint_sync.odoo_series(text)")]
    public async Task A_right_that_is_missing_is_told_as_the_grant_that_cures_it(string right)
    {
        await using var roles = await ScriptedRoles.CreateAsync();
        await roles.InstallAsync();
        await roles.Database.ExecuteAsync($"revoke {right} from {SchemaSql.Quote(roles.Silo)}");
        await using var registry = new TestRegistry(roles.Database, connectionString: roles.SiloConnection);

        var refused = await registry.ReloadAsync();
        Assert.Equal(ReloadOutcome.Failed, refused.Outcome);
        var cures = Grants().Matches(refused.Problem!.Detail).Select(grant => grant.Value).ToList();
        Assert.NotEmpty(cures);
        await roles.Database.ExecuteAsync(string.Join(' ', cures));

        var receipt = await registry.ReloadAsync();
        Assert.True(receipt.Problem is null, receipt.Problem?.Detail);
    }

    [Fact]
    public async Task A_silo_without_the_newest_migrations_names_the_command_and_works_after_it()
    {
        await using var roles = await ScriptedRoles.CreateAsync();
        await roles.SucceedsAsync(await roles.PrintAsync("roles"));
        var migrate = await roles.PrintAsync("migrate");
        var last = migrate.IndexOf("do $do$ begin\n  if not exists (select from endpoint_sync.schema_migrations "
            + "where scriptname = 'EndpointSync/0015", StringComparison.Ordinal);
        var next = migrate.IndexOf("do $do$", last + 1, StringComparison.Ordinal);
        await roles.SucceedsAsync(migrate[..last] + migrate[next..]);
        await roles.Database.ExecuteAsync($"alter role {SchemaSql.Quote(roles.Silo)} password 'p'");
        await using var registry = new TestRegistry(roles.Database, connectionString: roles.SiloConnection);

        var refused = await registry.ReloadAsync();
        Assert.Equal(ReloadOutcome.Failed, refused.Outcome);
        Assert.Contains("lacks migration 'EndpointSync/0015", refused.Problem!.Detail, StringComparison.Ordinal);
        Assert.Contains("endpointsync sql migrate", refused.Problem.Detail, StringComparison.Ordinal);
        await roles.SucceedsAsync(migrate, roles.Odoo);

        Assert.True((await registry.ReloadAsync()).InSync);
    }

    [Fact]
    public async Task What_silos_installed_themselves_goes_to_the_owner_and_Odoo_can_still_dump_it()
    {
        await using var roles = await ScriptedRoles.CreateAsync();
        await using (var before = new TestRegistry(roles.Database))
        {
            Assert.True((await before.ReloadAsync()).InSync);
        }

        await roles.InstallAsync();
        await using var registry = new TestRegistry(roles.Database, connectionString: roles.SiloConnection);
        Assert.True((await registry.ReloadAsync()).InSync);
        Assert.Contains("CREATE SCHEMA endpoint_sync", await roles.DumpAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_clusters_database_works_with_the_silos_role_alone()
    {
        await using var roles = await ScriptedRoles.CreateAsync();
        await roles.InstallAsync("--cluster");
        await using var source = NpgsqlDataSource.Create(roles.SiloConnection + ";Pooling=false");

        await ClusterDatabase.MigrateAsync(source, CancellationToken.None);
        Assert.Empty(await ClusterDatabase.LivingMembersAsync(source, "c", CancellationToken.None));
        Assert.Null(await roles.RefusalAsync(
            roles.Silo, "insert into orleans.orleansmembershipversiontable (deploymentid) values ('c')"));
        Assert.Null(await roles.RefusalAsync(
            roles.Silo,
            """
            insert into orleans.audit (silo, principal, operation, outcome) values ('s', 'p', 'o', 'Begun');
            update orleans.audit set outcome = 'Done';
            delete from orleans.audit
            """));
        Assert.Null(await roles.RefusalAsync(roles.Monitor, "select * from orleans.audit"));
        Assert.Equal(InsufficientPrivilege, await roles.RefusalAsync(roles.Monitor, "delete from orleans.audit"));
        Assert.Equal(InsufficientPrivilege, await roles.RefusalAsync(roles.Silo, "drop schema orleans cascade"));
        Assert.Equal(InsufficientPrivilege, await roles.RefusalAsync(
            roles.Monitor, "delete from orleans.orleansmembershiptable"));
        Assert.Null(await roles.RefusalAsync(roles.Monitor, "select * from orleans.orleansmembershiptable"));
    }

    [Theory]
    [InlineData("--silo", "")]
    [InlineData("--owner", "a\nb")]
    [InlineData("--schema", "0123456789012345678901234567890123456789012345678901234567890123")]
    public async Task A_name_that_Postgres_would_not_take_as_it_is_is_wrong_usage(string option, string name)
    {
        var run = await CliProcess.RunAsync(new Uri("http://127.0.0.1:9"), "sql", "roles", option, name);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains(option, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_script_for_another_database_changes_nothing()
    {
        await using var roles = await ScriptedRoles.CreateAsync();

        var (code, output) = await roles.PsqlAsync(await roles.PrintAsync("roles", "--database", "other"));

        Assert.Equal(3, code);
        Assert.Contains("This script is for database other", output, StringComparison.Ordinal);
    }

    private static async Task<(ReloadOutcome, int)> OutcomeAsync(TestRegistry registry)
    {
        var receipt = await registry.ReloadAsync();
        Assert.True(receipt.Problem is null, receipt.Problem?.Detail);
        return (receipt.Outcome, receipt.RoutesAdded);
    }

    [GeneratedRegex("^((?:insert into|delete from|truncate|drop table) )([a-z_]+)(?= |$)")]
    private static partial Regex Unqualified();

    [GeneratedRegex("GRANT [^;]*;")]
    private static partial Regex Grants();
}
