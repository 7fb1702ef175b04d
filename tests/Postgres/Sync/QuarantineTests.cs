using static EndpointSync.Tests.Postgres.Sync.StoredRows;

namespace EndpointSync.Tests.Postgres.Sync;

public sealed class QuarantineTests : RegistryTests
{
    private const string Since = "select since::text from endpoint_sync.quarantine order by endpoint_id";

    [Fact]
    public async Task An_endpoint_that_cannot_be_routed_is_recorded_with_its_reason_and_the_rest_go_live()
    {
        var bad = await Database.AddEndpointAsync("orders", "/orders/..");
        var good = await Database.AddEndpointAsync("good", "/good");

        var receipt = await Registry.ReloadAsync();

        var rejected = new RejectedEndpoint(
            bad, "orders", "/orders/..",
            "root path '/orders/..' contains a '.' or '..' segment, which clients resolve before they send a request");
        Assert.Equal([rejected], receipt.Rejected);
        Assert.Equal([rejected], (await Registry.Status.ReadAsync(CancellationToken.None)).Quarantine);
        Assert.Equal([KeyOf(good)], await Database.KeysAsync());
        Assert.Equal([$"{bad} false", $"{good} true"], await Database.FlagsAsync());
    }

    [Fact]
    public async Task The_reason_is_logged_once_and_its_time_is_kept_while_it_stays()
    {
        await Database.AddEndpointAsync("orders", "/orders/..");
        await Registry.ReloadAsync();
        var since = await Database.ListAsync(Since);
        await Database.AddEndpointAsync("other", "/other");

        var receipt = await Registry.ReloadAsync();
        var idle = await Registry.ReloadAsync();

        Assert.Single(receipt.Rejected);
        Assert.Equal((ReloadOutcome.UpToDate, 1), (idle.Outcome, idle.Rejected.Count));
        Assert.Equal(since, await Database.ListAsync(Since));
        Assert.Single(Registry.Log.Entries, entry => entry.EventId == 1104);
    }

    [Fact]
    public async Task Thousands_of_endpoints_with_the_same_fault_give_a_few_log_lines_and_a_short_receipt()
    {
        await Database.ExecuteAsync(
            """
            insert into fastapi_endpoint (name, root_path, app, active, registry_sync, save_http_session)
            select 'e' || n, '//bad' || n, 'api', true, true, false from generate_series(1, 3000) as n
            """);

        var receipt = await Registry.ReloadAsync();
        var idle = await Registry.ReloadAsync();
        var status = await Registry.Status.ReadAsync(CancellationToken.None);

        Assert.Equal((100, 3000), (receipt.Rejected.Count, receipt.RejectedCount));
        Assert.Equal((ReloadOutcome.UpToDate, 100, 3000), (idle.Outcome, idle.Rejected.Count, idle.RejectedCount));
        Assert.Equal((100, 3000), (status.Quarantine.Count, status.QuarantineCount));
        var first = await Registry.Status.ReadQuarantineAsync(null, 2000, CancellationToken.None);
        var second = await Registry.Status.ReadQuarantineAsync(first.Next, 2000, CancellationToken.None);
        Assert.Equal((2000, 1000, null), (first.Endpoints.Count, second.Endpoints.Count, second.Next));
        Assert.Equal(
            Enumerable.Range(1, 3000), first.Endpoints.Concat(second.Endpoints).Select(endpoint => endpoint.Id));
        Assert.Equal(status.Quarantine, first.Endpoints.Take(100));
        Assert.Equal([7, 3000], await Registry.Status.QuarantinedAmongAsync([7, 3000, 3001], CancellationToken.None));
        Assert.Equal(20, Registry.Log.Entries.Count(entry => entry.EventId == 1104));
        Assert.Equal(
            "2980 more quarantined endpoints of test are not logged one by one; its status names them",
            Assert.Single(Registry.Log.Entries, entry => entry.EventId == 1111).Message);
    }

    [Fact]
    public async Task A_name_is_shown_in_the_log_and_never_obeyed_and_a_long_one_is_cut()
    {
        await Database.ExecuteAsync(
            """
            insert into fastapi_endpoint (name, root_path, app, active, registry_sync) values
              (E'x\u001b[2J\r\u202e' || repeat('y', 2000000), E'/\u001b]0;owned\u0007/..', 'api', true, false),
              (E'\u001b[2J', '/orphan', 'api', true, true), ('long', '/' || repeat('z', 100000), 'api', true, false)
            """);

        var receipt = await Registry.ReloadAsync();

        Assert.Equal(200, receipt.Rejected[0].Name.Length);
        Assert.All(receipt.Rejected, endpoint => Assert.True(endpoint.RootPath!.Length < 2_100));
        Assert.Contains(
            Registry.Log.Entries,
            entry => entry.EventId == 1104
                && entry.Message.Contains("'x\\u001b[2J\\u000d\\u202eyyy", StringComparison.Ordinal)
                && entry.Message.Contains("'/\\u001b]0;owned\\u0007/..'", StringComparison.Ordinal));
        Assert.Contains(Registry.Log.Entries, entry => entry.EventId == 1103);
        Assert.All(
            Registry.Log.Entries,
            entry => Assert.False(
                entry.Message.Length > 5_000 || entry.Message.Any(letter => char.IsControl(letter)), entry.Message));
    }

    [Fact]
    public async Task Another_reason_gets_a_time_of_its_own()
    {
        await Database.AddEndpointAsync("orders", "/orders/..");
        await Registry.ReloadAsync();
        var since = await Database.ListAsync(Since);
        await Database.ExecuteAsync("update fastapi_endpoint set root_path = '/web'");

        var receipt = await Registry.ReloadAsync();

        Assert.Equal("root path '/web' is reserved for Odoo itself", receipt.Rejected.Single().Reason);
        Assert.NotEqual(since, await Database.ListAsync(Since));
    }

    [Fact]
    public async Task A_corrected_endpoint_is_released_and_routed()
    {
        var id = await Database.AddEndpointAsync("orders", "/orders/..");
        await Registry.ReloadAsync();
        await Database.ExecuteAsync("update fastapi_endpoint set root_path = '/orders'");

        var receipt = await Registry.ReloadAsync();

        Assert.Empty(receipt.Rejected);
        Assert.Empty(await Database.ListAsync(Since));
        Assert.Equal([KeyOf(id)], await Database.KeysAsync());
        Assert.Equal([$"{id} true"], await Database.FlagsAsync());
    }

    [Fact]
    public async Task A_deleted_or_archived_endpoint_is_released()
    {
        await Database.AddEndpointAsync("one", "/one/..");
        await Database.AddEndpointAsync("two", "/two/..");
        await Registry.ReloadAsync();
        await Database.ExecuteAsync(
            "delete from fastapi_endpoint where id = 1; update fastapi_endpoint set active = false where id = 2");

        var receipt = await Registry.ReloadAsync();

        Assert.Empty(receipt.Rejected);
        Assert.Empty(await Database.ListAsync(Since));
    }

    [Fact]
    public async Task A_routed_endpoint_that_becomes_unroutable_loses_its_row_and_its_flag()
    {
        var id = await Database.AddEndpointAsync("orders", "/orders");
        await Registry.ReloadAsync();
        await Database.ExecuteAsync("update fastapi_endpoint set root_path = '/web'");

        var receipt = await Registry.ReloadAsync();

        Assert.Equal((2L, 1), (receipt.Version.Value, receipt.RoutesRemoved));
        Assert.Empty(await Database.KeysAsync());
        Assert.Equal([$"{id} false"], await Database.FlagsAsync());
    }

    [Fact]
    public async Task The_root_path_of_an_archived_endpoint_goes_to_the_next_one_that_claims_it()
    {
        var older = await Database.AddEndpointAsync("older", "/a");
        var newer = await Database.AddEndpointAsync("newer", "a");
        var first = await Registry.ReloadAsync();
        await Database.ExecuteAsync($"update fastapi_endpoint set active = false where id = {older}");

        var second = await Registry.ReloadAsync();

        Assert.Equal(
            "root path 'a' is taken by endpoint 1 'older' as '/a', which is the same path to Odoo's workers when they "
            + "look up the app",
            first.Rejected.Single().Reason);
        Assert.Empty(second.Rejected);
        Assert.Equal([KeyOf(newer)], await Database.KeysAsync());
    }
}
