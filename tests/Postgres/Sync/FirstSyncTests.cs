using EndpointSync.Tests.Postgres.Races;
using EndpointSync.Tests.Testing;
using EndpointSync.Tests.Testing.Upstream;

namespace EndpointSync.Tests.Postgres.Sync;

/// <summary>Whoever attaches a registry sees what would become of Odoo's routes before it happens.</summary>
public sealed class FirstSyncTests : FreshDatabaseTests
{
    [Theory]
    [InlineData(
        "update fastapi_endpoint set root_path = '/moved' where id = 1",
        "endpoint 1 would get '/moved/' instead of '/orders/'")]
    [InlineData(
        "update fastapi_endpoint set root_path = '/web' where id = 1", "endpoint 1 would lose '/orders/'")]
    [InlineData(
        "update endpoint_route set opts = '{\"other\": 1}' where route like '/orders%'",
        "endpoint 1 would get '/orders/' instead of '/orders/'")]
    public async Task The_first_sync_changes_nothing_that_Odoo_serves_before_it_was_shown(string edit, string shown)
    {
        await ServedByOdooAsync();
        await Database.ExecuteAsync(edit);
        var before = await Database.WithWriterAsync("endpoint_route");
        var flags = await Database.WithWriterAsync("fastapi_endpoint");
        await using var registry = Registry();

        var refused = await ReloadAsync(registry, new ReloadRequest());
        var reaction = await ReloadAsync(registry, new ReloadRequest(Scope: ReloadScope.Routes));

        Assert.Equal((ReloadOutcome.Failed, ReloadOutcome.Failed), (refused.Outcome, reaction.Outcome));
        Assert.Contains(shown, refused.Problem!.Meaning, StringComparison.Ordinal);
        Assert.Contains("attach=true", refused.Problem.Detail, StringComparison.Ordinal);
        Assert.Equal(before, await Database.WithWriterAsync("endpoint_route"));
        Assert.Equal(flags, await Database.WithWriterAsync("fastapi_endpoint"));
        Assert.Equal(
            ReloadScope.Everything, await registry.Status.PendingScopeAsync(TestContext.Current.CancellationToken));

        var attached = await ReloadAsync(registry, new ReloadRequest(Attach: true));
        await Database.ExecuteAsync("update fastapi_endpoint set root_path = '/later' where id = 2");
        var later = await ReloadAsync(registry, new ReloadRequest());

        Assert.Equal((ReloadOutcome.Synced, 1), (attached.Outcome, (int)attached.Version.Value));
        Assert.Equal((ReloadOutcome.Synced, 1), (later.Outcome, later.RoutesChanged));
    }

    [Theory]
    [InlineData("select")]
    [InlineData("update fastapi_endpoint set registry_sync = false")]
    [InlineData("insert into fastapi_endpoint (name, root_path, app, active) values ('new', '/new', 'api', true)")]
    [InlineData("insert into fastapi_endpoint (name, root_path, app, active) values ('new', '/orders', 'api', true)")]
    [InlineData("update fastapi_endpoint set active = false where id = 1")]
    [InlineData("delete from fastapi_endpoint where id = 1")]
    [InlineData("update endpoint_route set routing = routing::jsonb::text")]
    public async Task The_first_sync_of_what_Odoo_would_do_too_needs_no_permission(string edit)
    {
        await ServedByOdooAsync();
        await Database.ExecuteAsync(edit);
        await using var registry = Registry();

        Assert.Equal(ReloadOutcome.Synced, (await ReloadAsync(registry, new ReloadRequest())).Outcome);
    }

    private static async Task<ReloadReceipt> ReloadAsync(TestRegistry registry, ReloadRequest request) =>
        (await registry.Attempts.RunUntilDeadlineAsync(request)).Receipt;

    private async Task ServedByOdooAsync()
    {
        await Database.AddEndpointAsync("orders", "/orders");
        await Database.AddEndpointAsync("bills", "/bills");
        await using var worker = await UpstreamWorker.StartAsync(Database);
        await worker.SyncAsync();
    }
}
