using EndpointSync.Tests.Testing;
using EndpointSync.Tests.Testing.Upstream;

namespace EndpointSync.Tests.Postgres.Pins;

/// <summary>A plan says what the next reload does, and does nothing itself.</summary>
public sealed class PlanTests : RegistryTests
{
    private const int Endpoints = 30;
    private const int MostChanges = 10_000;

    private static readonly string[] Paths =
    [
        "/a", "/b", "/c", "/A", "/a/", "/web", "", "/a b", "/x/..", "/é", "/plain/1", "/plain/2", "/plain/3",
    ];

    private static readonly string[] Acts =
    [
        "update fastapi_endpoint set root_path = '{1}', registry_sync = false where id = {0}",
        "update fastapi_endpoint set root_path = '{1}' where id = {0}",
        "update fastapi_endpoint set app = 'other' where id = {0}",
        "update fastapi_endpoint set active = not active, registry_sync = false where id = {0}",
        "update fastapi_endpoint set save_http_session = not save_http_session, registry_sync = null where id = {0}",
        "delete from fastapi_endpoint where id = {0}",
        "delete from endpoint_route where key like 'fastapi.endpoint:{0}:%'",
        "update endpoint_route set route = '/hijacked' where key like 'fastapi.endpoint:{0}:%'",
        "update endpoint_route set key = key || 'x' where key like 'fastapi.endpoint:{0}:%'",
        "insert into endpoint_route (key, route, opts, routing, route_group) "
            + "values ('shop:{0}', '{1}', '{{}}', null, 'g') "
            + "on conflict (key) do update set route = excluded.route || '!'",
        "delete from endpoint_route where key = 'shop:{0}'",
        "insert into fastapi_endpoint (name, root_path, app, active, registry_sync) "
            + "values ('new', '{1}', 'api', true, false)",
    ];

    [Theory, InlineData(1), InlineData(2), InlineData(3), InlineData(4)]
    public async Task A_reload_publishes_and_quarantines_exactly_what_the_plan_before_it_says(int seed)
    {
        var random = new Random(seed);
        await DeclareAsync(Endpoints);
        Assert.True((await Registry.ReloadAsync()).InSync);
        for (var round = 0; round < 12; round++)
        {
            foreach (var act in random.GetItems(Acts, random.Next(1, 7)))
            {
                await Database.ExecuteAsync(string.Format(
                    null, act, random.Next(1, Endpoints + 1), random.GetItems(Paths, 1)[0]));
            }

            var before = await StatusAsync();
            var plan = await PlanAsync();
            var receipt = await Registry.ReloadAsync();

            var found = $"seed {seed}, round {round}";
            Assert.True(receipt.InSync, $"{found}: {receipt.Problem}");
            Assert.Equal((found, before.Version), (found, plan.Version));
            var diff = await Registry.History.DiffAsync(
                plan.Version, receipt.Version, cursor: null, MostChanges, CancellationToken.None);
            Assert.Equal(Lines(diff.Changes), Lines(plan.Changes));
            Assert.Equal(
                (found, receipt.RoutesAdded, receipt.RoutesChanged, receipt.RoutesRemoved),
                (found, plan.Added, plan.Changed, plan.Removed));
            var after = await StatusAsync();
            Assert.Equal(after.Quarantine.Except(before.Quarantine).ToHashSet(), plan.Quarantine.ToHashSet());
            Assert.Equal(
                Ids(before).Except(Ids(after)).Order(), plan.Released.Order());
            Assert.Empty((await PlanAsync()).Changes);
        }
    }

    [Fact]
    public async Task A_plan_takes_no_lock_writes_nothing_and_waits_for_nobody()
    {
        await DeclareAsync(3);
        await Registry.ReloadAsync();
        await Database.ExecuteAsync(
            "update fastapi_endpoint set root_path = '/moved', registry_sync = false where id = 1");
        await using var writer = await Session.InTransactionAsync(
            Database,
            $"select pg_advisory_xact_lock({UpstreamWorker.LockKey}); "
            + "select from endpoint_sync.state for update; select from fastapi_endpoint for update; "
            + "select from endpoint_route for update");
        var before = await EverythingAsync();

        var plan = await PlanAsync().Within("a plan beside a writer that has everything open");

        Assert.Equal((0, 1, 0), (plan.Added, plan.Changed, plan.Removed));
        Assert.Equal(before, await EverythingAsync());
        await writer.RollbackAsync();
    }

    [Fact]
    public async Task A_mass_removal_is_shown_with_its_numbers_and_the_parameter_that_allows_it()
    {
        await DeclareAsync(30);
        await Registry.ReloadAsync();
        await Database.ExecuteAsync("delete from fastapi_endpoint where id <= 20");

        var plan = await PlanAsync();

        Assert.Equal(new MassRemovalNumbers(20, 30), plan.MassRemoval);
        Assert.Contains("20 of 30 routes", plan.Problem!.Meaning, StringComparison.Ordinal);
        Assert.Contains("allowMassRemoval=true", plan.Problem.Detail, StringComparison.Ordinal);
        Assert.Equal((20, 20), (plan.Removed, plan.Changes.Count));
        Assert.Equal(plan.Problem, (await Registry.ReloadAsync()).Problem);
        // That reload's request is pending, and allowed nothing. One that allows it makes the next plan say so.
        await using var lockHolder = await Session.InTransactionAsync(
            Database, $"select pg_advisory_xact_lock({UpstreamWorker.LockKey})");
        await Registry.Attempts.RunUntilDeadlineAsync(new ReloadRequest(AllowMassRemoval: true));
        Assert.Null((await PlanAsync()).Problem);
        await lockHolder.RollbackAsync();
    }

    [Fact]
    public async Task A_first_sync_that_would_change_what_Odoo_serves_is_shown_as_one_that_needs_permission()
    {
        await DeclareAsync(2);
        await using (var worker = await UpstreamWorker.StartAsync(Database))
        {
            await worker.SyncAsync();
        }

        await Database.ExecuteAsync(
            "update endpoint_route set route = '/served' where key like 'fastapi.endpoint:1:%'");
        await Registry.Preparation.EnsureAsync(CancellationToken.None);

        var plan = await PlanAsync();
        var refused = await Registry.Attempts.RunUntilDeadlineAsync(new ReloadRequest());

        Assert.Contains("attach=true", plan.Problem!.Detail, StringComparison.Ordinal);
        Assert.Equal(refused.Receipt.Problem, plan.Problem);
        Assert.Null(plan.MassRemoval);
    }

    [Fact]
    public async Task Pages_have_every_change_once()
    {
        await DeclareAsync(25);
        await Registry.ReloadAsync();
        await Database.ExecuteAsync("update fastapi_endpoint set root_path = root_path || 'x', registry_sync = false");

        var whole = await PlanAsync();
        List<RouteDifference> paged = [];
        string? cursor = null;
        do
        {
            var page = await Registry.Plans.ReadAsync(cursor, 10, CancellationToken.None);
            Assert.Equal((25, true), (page.Changed, page.Changes.Count <= 10));
            paged.AddRange(page.Changes);
            cursor = page.Next;
        }
        while (cursor is not null);

        Assert.Equal(Lines(whole.Changes), Lines(paged));
        Assert.Equal(25, paged.Count);
    }

    [Fact]
    public async Task An_endpoint_whose_writer_is_in_its_next_transaction_waits_and_is_counted()
    {
        await DeclareAsync(2);
        await Registry.InstallTriggersAsync();
        await Registry.ReloadAsync();
        await using var upgrade = await Session.OpenAsync(Database, "odoo");
        await upgrade.BeginAsync("repeatable read");
        await upgrade.ExecuteAsync("update fastapi_endpoint set root_path = '/up', registry_sync = false where id = 1");
        await upgrade.CommitAsync();
        await upgrade.BeginAsync("repeatable read");
        await upgrade.ExecuteAsync("select from fastapi_endpoint");

        var plan = await PlanAsync();

        Assert.Equal((1, 0), (plan.Waiting, plan.Changes.Count));
        await upgrade.RollbackAsync();
        Assert.Equal((0, 1), ((await PlanAsync()).Waiting, (await PlanAsync()).Changes.Count));
    }

    private Task<RegistryPlan> PlanAsync() =>
        Registry.Plans.ReadAsync(cursor: null, MostChanges, TestContext.Current.CancellationToken);

    private Task<RegistryStatus> StatusAsync() => Registry.Status.ReadAsync(TestContext.Current.CancellationToken);

    private Task<List<string?>> EverythingAsync() => Database.ListAsync(
        """
        select t::text || xmin from endpoint_sync.state as t
        union all select t::text || xmin from endpoint_sync.versions as t
        union all select t::text || xmin from endpoint_sync.routes as t
        union all select t::text || xmin from endpoint_sync.pending_changes as t
        union all select t::text || xmin from endpoint_sync.pending_syncs as t
        union all select t::text || xmin from fastapi_endpoint as t
        union all select t::text || xmin from endpoint_route as t
        order by 1
        """);

    private Task DeclareAsync(int endpoints) => Database.ExecuteAsync(
        $"""
         insert into fastapi_endpoint (name, root_path, app, active, registry_sync, save_http_session)
         select 'e' || n, '/plain/' || n, 'api', true, false, false from generate_series(1, {endpoints}) as n
         """);

    private static IEnumerable<int> Ids(RegistryStatus status) => status.Quarantine.Select(endpoint => endpoint.Id);

    // Without the versions: a reload in parts makes several.
    private static List<string> Lines(IEnumerable<RouteDifference> changes) =>
    [
        .. changes.Select(change => $"{Line(change.Before)} -> {Line(change.After)}").Order(StringComparer.Ordinal),
    ];

    private static string Line(RouteView? route) =>
        route is null ? "nothing" : $"{route with { Since = RouteVersion.None }}";
}
