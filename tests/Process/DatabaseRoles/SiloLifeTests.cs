using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using EndpointSync.Grains.Postgres;
using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Processes;

namespace EndpointSync.Tests.Process.DatabaseRoles;

/// <summary>
/// The life of a registry and of a cluster's membership, with a real silo that connects as the silos' role of
/// <c>endpointsync sql roles</c> and as nobody else.
/// </summary>
public sealed class SiloLifeTests
{
    private const string NewestMigration = "EndpointSync/0015";

    private static readonly Uri Reload = new("api/v1/registries/openspp/reload", UriKind.Relative);
    private static readonly Uri Endpoints = new("api/v1/registries/openspp/endpoints", UriKind.Relative);
    private static readonly Uri Ready = new("health/ready", UriKind.Relative);

    [Fact]
    public async Task A_silo_with_the_silos_role_alone_lives_through_everything_that_a_registry_meets()
    {
        await using var roles = await ScriptedRoles.CreateAsync();
        await roles.InstallAsync("--cluster");
        await InstallWithoutNewestAsync(roles);
        await using (var silo = await UpgradedAsync(roles))
        {
            using var http = new HttpClient { BaseAddress = silo.Address };
            Assert.Equal("UpToDate 0", await ReloadAsync(http));
            await EditAsync(roles, http);
            await AdoptAsync(roles);
            await RepairAsync(roles);
        }

        await using var again = await StartAsync(roles);
        using var restarted = new HttpClient { BaseAddress = again.Address };
        Assert.Equal("UpToDate 2", await ReloadAsync(restarted));
        Assert.DoesNotContain(
            "Unhealthy", await restarted.GetStringAsync(Ready, TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
        await AssertNothingLackedAsync(roles);
    }

    [Fact]
    public async Task A_silo_whose_database_refuses_it_only_when_it_joins_the_cluster_says_so_and_does_not_crash()
    {
        await using var roles = await ScriptedRoles.CreateAsync();
        await roles.InstallAsync("--cluster");
        await roles.Database.ExecuteAsync("alter table orleans.orleansquery rename to away");

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => StartAsync(roles));

        Assert.Contains("exit code 69", refused.Message, StringComparison.Ordinal);
        Assert.Contains(
            "could not join the cluster, because the cluster's database (EndpointSync:Cluster:ConnectionString) went "
            + "away or refused: relation \"orleansquery\" does not exist",
            refused.Message, StringComparison.Ordinal);
    }

    // The silo's first start, on a database that an administrator prepared for the version before.
    private static async Task InstallWithoutNewestAsync(ScriptedRoles roles)
    {
        await roles.SucceedsAsync(await roles.PrintAsync("roles"));
        var migrate = await roles.PrintAsync("migrate");
        var newest = migrate.IndexOf(
            "do $do$ begin\n  if not exists (select from endpoint_sync.schema_migrations where scriptname = "
            + $"'{NewestMigration}", StringComparison.Ordinal);
        var next = migrate.IndexOf("do $do$", newest + 1, StringComparison.Ordinal);
        await roles.SucceedsAsync(migrate[..newest] + migrate[next..]);
    }

    // The silo goes on without a restart once the owner has run the script, here as the database's owner.
    private static async Task<SiloProcess> UpgradedAsync(ScriptedRoles roles)
    {
        var lines = new ConcurrentQueue<string>();
        var started = StartAsync(roles, lines.Enqueue);
        await Deadline.UntilAsync(
            () => Task.FromResult(
                lines.Any(line => line.Contains($"lacks migration '{NewestMigration}", StringComparison.Ordinal)
                    && line.Contains("endpointsync sql migrate", StringComparison.Ordinal))),
            "the line that names the migration");
        await roles.SucceedsAsync(await roles.PrintAsync("migrate"), roles.Odoo);
        return await started;
    }

    private static async Task EditAsync(ScriptedRoles roles, HttpClient http)
    {
        using var added = await http.PostAsJsonAsync(
            Endpoints, new { name = "orders", rootPath = "/orders", app = "api" },
            TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Created, added.StatusCode);
        Assert.Equal("Synced 1", await ReloadAsync(http));
        Assert.Single(await roles.Database.ListAsync("select route from endpoint_route"));
    }

    // What Odoo's button writes.
    private static async Task AdoptAsync(ScriptedRoles roles)
    {
        await roles.Database.ExecuteAsync(
            "update fastapi_endpoint set root_path = '/moved', registry_sync = true; update endpoint_route set "
            + "route = replace(route, '/orders', '/moved'), routing = replace(routing, '/orders', '/moved')");
        await roles.Database.UntilAsync(
            "select exists (select from endpoint_sync.foreign_writes where outcome = 'adopted' and version = 2)",
            "the adoption");
    }

    private static async Task RepairAsync(ScriptedRoles roles)
    {
        await roles.Database.ExecuteAsync("update endpoint_route set route = '/hijacked'");
        await roles.Database.UntilAsync(
            "select exists (select from endpoint_sync.foreign_writes where outcome = 'repaired') "
            + "and not exists (select from endpoint_route where route = '/hijacked')",
            "the repair");
    }

    private static async Task AssertNothingLackedAsync(ScriptedRoles roles)
    {
        Assert.Equal(
            ["addEndpoint", "reloadRegistry"],
            await roles.Database.ListAsync("select distinct operation from orleans.audit order by 1"));
        Assert.Equal(2L, await roles.Database.ScalarAsync<long>("select count(*) from orleans.orleansmembershiptable"));
        Assert.Equal(0L, await roles.Database.ScalarAsync<long>(
            "select count(*) from pg_class where relowner = "
            + $"{SchemaSql.Literal(SchemaSql.Quote(roles.Silo))}::regrole"));
        // The migration that the silo may not apply is the one error that is meant.
        Assert.DoesNotContain(
            await roles.Database.ErrorsAsync(),
            error => error.Contains("permission denied", StringComparison.Ordinal)
                && !error.Contains("function endpoint_sync.install_triggers(", StringComparison.Ordinal));
    }

    private static async Task<string> ReloadAsync(HttpClient http)
    {
        using var answer = await http.PostAsync(Reload, content: null, TestContext.Current.CancellationToken);
        if (!answer.IsSuccessStatusCode)
        {
            return await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        }

        var receipt = await answer.Content.ReadFromJsonAsync<Receipt>(TestContext.Current.CancellationToken);
        return $"{receipt!.Outcome} {receipt.Version}";
    }

    private static Task<SiloProcess> StartAsync(
        ScriptedRoles roles, Action<string>? onOutput = null) => SiloProcess.StartAsync(
        new SiloProcessOptions
        {
            OnOutput = onOutput,
            ClusterConnectionString = roles.SiloConnection,
            ClusterId = roles.Database.Name,
            Configuration = new Dictionary<string, string>
            {
                ["EndpointSync:Registries:openspp:Schema"] = "public",
                ["EndpointSync:Sync:PollInterval"] = "00:00:01",
            },
        },
        TestContext.Current.CancellationToken);

    private sealed record Receipt(string Outcome, long Version);
}
