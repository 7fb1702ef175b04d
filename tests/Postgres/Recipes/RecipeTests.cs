using EndpointSync.Tests.Postgres.Races;
using EndpointSync.Tests.Testing;
using EndpointSync.Tests.Testing.Upstream;

namespace EndpointSync.Tests.Postgres.Recipes;

/// <summary>What the recipes for foreign writers promise, each run with its own client.</summary>
public sealed class RecipeTests : FreshDatabaseTests
{
    private const string IsPendingSql = "select exists (select from endpoint_sync.pending_syncs)";

    public static TheoryData<string> Clients => [.. Recipe.All.Keys];

    [Theory, MemberData(nameof(Clients))]
    public async Task An_endpoint_that_was_moved_is_live_when_the_recipe_ends(string client)
    {
        var recipe = await Recipe.OrSkipAsync(client);
        await using var registry = await SyncedAsync();

        await using var move = recipe.StartMove(Database, "it's orders", "/new");
        await Database.UntilAsync(IsPendingSql, "the request");
        await using var second = recipe.StartMove(Database, "nothing of that name", "/none");
        Assert.Equal(0, await second.EndAsync());
        Assert.Contains("version 1 live", second.Output);
        Assert.DoesNotContain("live", move.Output);
        await registry.ReloadAsync();

        Assert.True(await move.EndAsync() == 0, move.Output);
        Assert.Contains("version 2 live", move.Output);
        Assert.Equal(["/new/"], await RoutesAsync(version: 2));
    }

    [Theory, MemberData(nameof(Clients))]
    public async Task The_recipe_writes_nothing_while_another_writer_has_the_lock_and_continues_when_it_is_free(
        string client)
    {
        var recipe = await Recipe.OrSkipAsync(client);
        await using var registry = await SyncedAsync();
        await using var holder = await Session.InTransactionAsync(Database, "select endpoint_sync.try_lock()");

        await using var move = recipe.StartMove(Database, "it's orders", "/new");
        await move.SaysAsync("locked by another writer");
        Assert.Equal("/old", await Database.ScalarAsync<string>("select root_path from fastapi_endpoint"));
        Assert.False(await Database.ScalarAsync<bool>(IsPendingSql));
        await holder.CommitAsync();
        await Database.UntilAsync(IsPendingSql, "the request");
        Assert.Equal(ReloadOutcome.Synced, (await registry.ReloadAsync()).Outcome);

        Assert.True(await move.EndAsync() == 0, move.Output);
        Assert.Contains("version 2 live", move.Output);
        Assert.Equal(["/new/"], await RoutesAsync(version: 2));
    }

    [Theory, MemberData(nameof(Clients))]
    public async Task A_watcher_receives_a_version_and_finds_one_that_no_notification_brought(string client)
    {
        var recipe = await Recipe.OrSkipAsync(client);
        await using var registry = await SyncedAsync();

        await using var watch = recipe.StartWatch(Database);
        await watch.SaysAsync("version 1 found");
        await Database.ExecuteAsync("update fastapi_endpoint set root_path = '/new', registry_sync = false");
        await registry.ReloadAsync();
        await watch.SaysAsync(client == "psql" ? "payload \"2 public\"" : "version 2 notified");
        await Database.ExecuteAsync("update endpoint_sync.state set version = 3");

        await watch.SaysAsync("version 3 found");
    }

    private async Task<TestRegistry> SyncedAsync()
    {
        await Database.AddEndpointAsync("it''s orders", "/old");
        var registry = Registry();
        await registry.ReloadAsync();
        return registry;
    }

    private Task<List<string?>> RoutesAsync(int version) =>
        Database.ListAsync(
            $"select split_part(route, '|', 1) from endpoint_sync.routes where from_version <= {version} and "
            + "to_version is null");
}
