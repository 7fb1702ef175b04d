using EndpointSync.Grains.Configuration;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Postgres.Sync;

/// <summary>An emptied table is more often a mistake than a wish, so a person has to allow what it leads to.</summary>
public sealed class MassRemovalTests : RegistryTests
{
    [Theory]
    [InlineData("delete from fastapi_endpoint where id % 2 = 0", 15)]
    [InlineData("update fastapi_endpoint set active = false, registry_sync = false", 30)]
    [InlineData("truncate fastapi_endpoint", 30)]
    [InlineData("truncate fastapi_endpoint, endpoint_route", 30)]
    public async Task A_sync_that_would_remove_half_of_the_routes_is_refused_until_a_reload_allows_it(
        string disaster, int removed)
    {
        await DeclareAsync(30);
        await Registry.ReloadAsync();
        await Database.ExecuteAsync(disaster);

        var refused = await Registry.ReloadAsync();
        var again = await Registry.ReloadAsync();

        Assert.Equal((ReloadOutcome.Failed, ReloadOutcome.Failed), (refused.Outcome, again.Outcome));
        Assert.Contains($"{removed} of 30 routes", refused.Problem!.Meaning, StringComparison.Ordinal);
        Assert.Contains("allowMassRemoval=true", refused.Problem.Detail, StringComparison.Ordinal);
        Assert.Equal(30, (await Registry.Status.ReadAsync(TestContext.Current.CancellationToken)).Routes);
        Assert.Equal(
            ReloadScope.Everything, await Registry.Status.PendingScopeAsync(TestContext.Current.CancellationToken));

        var allowed = await Registry.Attempts.RunUntilDeadlineAsync(new ReloadRequest(AllowMassRemoval: true));

        Assert.Equal((ReloadOutcome.Synced, removed), (allowed.Receipt.Outcome, allowed.Receipt.RoutesRemoved));
    }

    [Fact]
    public async Task A_refusal_that_the_polls_meet_again_is_logged_once_until_its_numbers_change()
    {
        await DeclareAsync(40);
        await Registry.ReloadAsync();
        await Database.ExecuteAsync("delete from fastapi_endpoint where id % 2 = 0");
        await Registry.ReloadAsync();
        await Registry.ReloadAsync();
        await Database.ExecuteAsync("delete from fastapi_endpoint where id % 4 = 1");
        await Registry.ReloadAsync();

        var logged = Registry.Log.Entries.Where(entry => entry.EventId == 1201).Select(entry => entry.Message).ToList();
        Assert.Equal(2, logged.Count);
        Assert.Contains("20 of 40 routes", logged[0], StringComparison.Ordinal);
        Assert.Contains("30 of 40 routes", logged[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(30, 14)]
    [InlineData(10, 10)]
    public async Task A_sync_that_removes_less_than_half_or_only_a_few_needs_no_permission(int endpoints, int deleted)
    {
        await DeclareAsync(endpoints);
        await Registry.ReloadAsync();
        await Database.ExecuteAsync(
            $"delete from fastapi_endpoint where id in (select id from fastapi_endpoint order by id limit {deleted})");

        var receipt = await Registry.ReloadAsync();

        Assert.Equal((ReloadOutcome.Synced, deleted), (receipt.Outcome, receipt.RoutesRemoved));
    }

    [Fact]
    public async Task Rows_that_were_left_over_when_a_registry_is_first_synced_need_no_permission()
    {
        await DeclareAsync(20);
        await Database.ExecuteAsync(
            "insert into endpoint_route (key, route) "
            + "select 'fastapi.endpoint:' || n || ':/|/<path:application_path>', '/old' || n "
            + "from generate_series(1001, 1015) as n");

        var receipt = await Registry.ReloadAsync();

        Assert.Equal((ReloadOutcome.Synced, 20), (receipt.Outcome, receipt.RoutesAdded));
        Assert.Equal(20, (await Database.KeysAsync()).Count);
    }

    [Fact]
    public async Task Endpoints_that_come_back_need_no_permission_and_no_version()
    {
        await DeclareAsync(30);
        var before = (await Registry.ReloadAsync()).Version;
        await Database.ExecuteAsync("update fastapi_endpoint set active = false");
        Assert.Equal(ReloadOutcome.Failed, (await Registry.ReloadAsync()).Outcome);

        await Database.ExecuteAsync("update fastapi_endpoint set active = true");
        var receipt = await Registry.ReloadAsync();

        Assert.Equal((true, before), (receipt.InSync, receipt.Version));
    }

    [Fact]
    public async Task A_registry_may_allow_it_for_good()
    {
        await using var registry = new TestRegistry(Database, options: new RegistryOptions { AllowMassRemoval = true });
        await DeclareAsync(30);
        await registry.ReloadAsync();
        await Database.ExecuteAsync("delete from fastapi_endpoint");

        Assert.Equal(30, (await registry.ReloadAsync()).RoutesRemoved);
    }

    private Task DeclareAsync(int endpoints) => Database.ExecuteAsync(
        $"""
         insert into fastapi_endpoint (name, root_path, app, active, registry_sync, save_http_session)
         select 'e' || n, '/e' || n, 'api', true, false, false from generate_series(1, {endpoints}) as n
         """);
}
