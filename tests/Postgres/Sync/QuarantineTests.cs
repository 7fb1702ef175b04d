using EndpointSync.Tests.Testing;
using static EndpointSync.Tests.Postgres.Sync.StoredRows;

namespace EndpointSync.Tests.Postgres.Sync;

public sealed class QuarantineTests : IAsyncLifetime
{
    private const string Since = "select since::text from endpoint_sync.quarantine order by endpoint_id";

    private readonly TestDatabase _database = new();
    private TestRegistry _registry = null!;

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        _registry = new TestRegistry(_database);
    }

    public async ValueTask DisposeAsync()
    {
        await _registry.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task An_endpoint_that_cannot_be_routed_is_recorded_with_its_reason_and_the_rest_go_live()
    {
        var bad = await _database.AddEndpointAsync("orders", "/orders x");
        var good = await _database.AddEndpointAsync("good", "/good");

        var receipt = await _registry.ReloadAsync();

        var rejected = new RejectedEndpoint(bad, "orders", "/orders x", "root path '/orders x' contains a space");
        Assert.Equal([rejected], receipt.Rejected);
        Assert.Equal([rejected], (await _registry.Status.ReadAsync(CancellationToken.None)).Quarantine);
        Assert.Equal([KeyOf(good)], await _database.KeysAsync());
        Assert.Equal([$"{bad} false", $"{good} true"], await _database.FlagsAsync());
    }

    [Fact]
    public async Task The_reason_is_logged_once_and_its_time_is_kept_while_it_stays()
    {
        await _database.AddEndpointAsync("orders", "/orders x");
        await _registry.ReloadAsync();
        var since = await _database.ListAsync(Since);
        await _database.AddEndpointAsync("other", "/other");

        var receipt = await _registry.ReloadAsync();
        var idle = await _registry.ReloadAsync();

        Assert.Single(receipt.Rejected);
        Assert.Equal((ReloadOutcome.UpToDate, 1), (idle.Outcome, idle.Rejected.Count));
        Assert.Equal(since, await _database.ListAsync(Since));
        Assert.Single(_registry.Log.Entries, entry => entry.EventId == 1104);
    }

    [Fact]
    public async Task Another_reason_begins_a_time_of_its_own()
    {
        await _database.AddEndpointAsync("orders", "/orders x");
        await _registry.ReloadAsync();
        var since = await _database.ListAsync(Since);
        await _database.ExecuteAsync("update fastapi_endpoint set root_path = '/web'");

        var receipt = await _registry.ReloadAsync();

        Assert.Equal("root path '/web' is reserved for Odoo itself", receipt.Rejected.Single().Reason);
        Assert.NotEqual(since, await _database.ListAsync(Since));
    }

    [Fact]
    public async Task A_cured_endpoint_is_released_and_routed()
    {
        var id = await _database.AddEndpointAsync("orders", "/orders x");
        await _registry.ReloadAsync();
        await _database.ExecuteAsync("update fastapi_endpoint set root_path = '/orders'");

        var receipt = await _registry.ReloadAsync();

        Assert.Empty(receipt.Rejected);
        Assert.Empty(await _database.ListAsync(Since));
        Assert.Equal([KeyOf(id)], await _database.KeysAsync());
        Assert.Equal([$"{id} true"], await _database.FlagsAsync());
    }

    [Fact]
    public async Task A_deleted_or_archived_endpoint_is_released()
    {
        await _database.AddEndpointAsync("one", "/one x");
        await _database.AddEndpointAsync("two", "/two x");
        await _registry.ReloadAsync();
        await _database.ExecuteAsync("delete from fastapi_endpoint where id = 1; update fastapi_endpoint set active = false where id = 2");

        var receipt = await _registry.ReloadAsync();

        Assert.Empty(receipt.Rejected);
        Assert.Empty(await _database.ListAsync(Since));
    }

    [Fact]
    public async Task A_routed_endpoint_that_is_edited_beyond_routing_loses_its_row_and_its_flag()
    {
        var id = await _database.AddEndpointAsync("orders", "/orders");
        await _registry.ReloadAsync();
        await _database.ExecuteAsync("update fastapi_endpoint set root_path = '/web'");

        var receipt = await _registry.ReloadAsync();

        Assert.Equal((2L, 1), (receipt.Version.Value, receipt.RoutesRemoved));
        Assert.Empty(await _database.KeysAsync());
        Assert.Equal([$"{id} false"], await _database.FlagsAsync());
    }

    [Fact]
    public async Task The_root_path_of_an_archived_endpoint_goes_to_the_next_one_that_wants_it()
    {
        var older = await _database.AddEndpointAsync("older", "/a");
        var younger = await _database.AddEndpointAsync("younger", "/a/");
        var first = await _registry.ReloadAsync();
        await _database.ExecuteAsync($"update fastapi_endpoint set active = false where id = {older}");

        var second = await _registry.ReloadAsync();

        Assert.Equal("root path '/a/' is taken by endpoint 1 'older'", first.Rejected.Single().Reason);
        Assert.Empty(second.Rejected);
        Assert.Equal([KeyOf(younger)], await _database.KeysAsync());
    }
}
