namespace EndpointSync.Tests.Postgres.Sync;

public sealed class ForeignRowTests : RegistryTests
{
    private static readonly string[] Keys =
    [
        "endpoint.endpoint:5:/demo", "fastapi.endpoint:07:/x", "fastapi.endpoint:99999999999:/x",
        "fastapi.endpoint:", "shopfloor:1", "fastapixendpoint:1:/x",
    ];

    // Odoo's index takes 2,704 bytes of a key alone; ours has the schema and the version beside it.
    [Fact]
    public async Task A_key_that_is_too_long_for_a_version_is_left_out_and_named_and_the_rest_go_live()
    {
        await Database.AddEndpointAsync("orders", "/orders");
        await Database.ExecuteAsync(
            """
            insert into endpoint_route (key, route, opts, routing) select 'other:' || string_agg(md5(n::text), ''),
              '/long', '{}', '{}' from generate_series(1, 83) as n
            """);

        var receipt = await Registry.ReloadAsync();
        await Registry.Capture.CheckAllAsync(CancellationToken.None);
        var again = await Registry.ReloadAsync();
        var status = await Registry.Status.ReadAsync(CancellationToken.None);

        Assert.Equal((ReloadOutcome.Synced, 1), (receipt.Outcome, receipt.RoutesAdded));
        Assert.Equal(ReloadOutcome.UpToDate, again.Outcome);
        Assert.StartsWith("other:c4ca", Assert.Single(status.LeftOut), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Foreign_rows_stay_byte_for_byte_unchanged_while_endpoints_come_change_and_go()
    {
        foreach (var key in Keys)
        {
            await Database.AddForeignRouteAsync(key);
        }

        await Database.ExecuteAsync("insert into endpoint_route (key, route) values (null, '/keyless')");
        const string foreign = "key is null or key not like 'fastapi.endpoint:1:%'";
        var before = await Database.WithWriterAsync("endpoint_route", foreign);

        await Database.AddEndpointAsync("own", "/own");
        await Registry.ReloadAsync();
        await Database.ExecuteAsync("update fastapi_endpoint set root_path = '/other'");
        await Registry.ReloadAsync();
        await Database.ExecuteAsync("delete from fastapi_endpoint");
        await Registry.ReloadAsync();

        Assert.Equal(Keys.Length + 1, before.Count);
        Assert.Equal(before, await Database.WithWriterAsync("endpoint_route"));
    }

    [Fact]
    public async Task Foreign_writes_become_a_version_with_counts_at_the_next_reload()
    {
        await Database.AddForeignRouteAsync("endpoint.endpoint:1:/a", "/a");
        await Database.AddForeignRouteAsync("endpoint.endpoint:2:/b", "/b");
        var added = await Registry.ReloadAsync();
        await Database.ExecuteAsync("update endpoint_route set route = '/a2' where key = 'endpoint.endpoint:1:/a'");
        var changed = await Registry.ReloadAsync();
        await Database.ExecuteAsync("delete from endpoint_route where key = 'endpoint.endpoint:2:/b'");
        var removed = await Registry.ReloadAsync();
        var idle = await Registry.ReloadAsync();

        Assert.Equal((1L, 2, 0, 0, 0), Counts(added));
        Assert.Equal((2L, 0, 1, 0, 0), Counts(changed));
        Assert.Equal((3L, 0, 0, 1, 0), Counts(removed));
        Assert.Equal(ReloadOutcome.UpToDate, idle.Outcome);
        Assert.Equal("/a2", (await Registry.RoutesAsync()).Routes.Single().Route);
    }

    [Fact]
    public async Task After_a_truncate_the_next_version_loses_foreign_routes_and_keeps_our_own()
    {
        await Database.AddForeignRouteAsync("endpoint.endpoint:1:/a");
        await Database.AddEndpointAsync("own", "/own");
        await Registry.ReloadAsync();
        await Database.ExecuteAsync("truncate endpoint_route");

        var receipt = await Registry.ReloadAsync();

        Assert.Equal((2L, 0, 0, 1, 1), Counts(receipt));
    }

    [Fact]
    public async Task A_rewritten_row_with_the_same_content_makes_no_new_version()
    {
        await Database.AddForeignRouteAsync("endpoint.endpoint:1:/a");
        await Registry.ReloadAsync();
        await Database.ExecuteAsync("update endpoint_route set endpoint_hash = 'another'");

        var receipt = await Registry.ReloadAsync();

        Assert.Equal((ReloadOutcome.UpToDate, 1L), (receipt.Outcome, receipt.Version.Value));
    }

    private static (long, int, int, int, int) Counts(ReloadReceipt receipt) =>
        (receipt.Version.Value,
            receipt.RoutesAdded, receipt.RoutesChanged, receipt.RoutesRemoved, receipt.EndpointsSynced);
}
