using EndpointSync.Tests.Postgres.Races;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Postgres.ForeignChanges;

/// <summary>Writers that record more changes of routes than one look reads.</summary>
public sealed class ManyRecordsTests : FreshDatabaseTests
{
    private const string HijackBills =
        "update endpoint_route set route = '/hijacked' where key like 'fastapi.endpoint:2:%'";

    // As if the last writer had repeated its statement. The triggers take seconds for that.
    private const string RepeatRecord =
        """
        insert into endpoint_sync.pending_changes
          (schema_name, table_name, operation, awaits_reload, endpoint_ids, keys, locked)
        select schema_name, table_name, operation, awaits_reload, endpoint_ids, keys, locked
        from endpoint_sync.pending_changes, generate_series(1, 10500)
        """;

    private const string CountDeleted =
        """
        create table public.deleted (records bigint);
        create function public.count_deleted() returns trigger language plpgsql as $count$
        begin
          insert into public.deleted select count(*) from gone;
          return null;
        end;
        $count$;
        create trigger count_deleted after delete on endpoint_sync.pending_changes
          referencing old table as gone for each statement execute function public.count_deleted()
        """;

    [Theory, InlineData(ReloadScope.Everything), InlineData(ReloadScope.Routes)]
    public async Task Records_beyond_those_that_one_look_reads_are_dealt_with_by_the_same_reload(ReloadScope scope)
    {
        await using var registry = await InSyncAsync();
        await Database.ExecuteAsync("insert into endpoint_route (key, route) values ('zebra:1', '/zebra')");
        await Database.ExecuteAsync(RepeatRecord);
        await Database.ExecuteAsync("update endpoint_route set route = '/zebra/new' where key = 'zebra:1'");
        await Database.ExecuteAsync(HijackBills);

        var receipt = await registry.ReloadAsync(scope);

        Assert.True(receipt.InSync, $"{receipt.Outcome}, {receipt.Problem}");
        Assert.Equal(["/bills/", "/orders/", "/zebra/new"], await ServedAsync());
        Assert.Equal(0L, await Database.ScalarAsync<long>("select count(*) from endpoint_sync.pending_changes"));
        Assert.Equal(ReloadOutcome.UpToDate, (await registry.ReloadAsync()).Outcome);
    }

    [Fact]
    public async Task Records_of_an_endpoint_in_backoff_are_not_in_the_way_of_others()
    {
        await using var registry = await InSyncAsync();
        await Database.ExecuteAsync(
            """
            insert into endpoint_sync.repair_backoffs
              (schema_name, endpoint_id, repairs, since, repaired_at, until, role, application, process_id)
            values ('public', 1, 9, now(), now(), now() + interval '10 minutes', 'someone', 'some program', 1);
            update endpoint_route set route = '/hijacked' where key like 'fastapi.endpoint:1:%';
            """);
        await Database.ExecuteAsync(RepeatRecord);
        await Database.ExecuteAsync(HijackBills);

        await registry.ReloadAsync(ReloadScope.Routes);

        Assert.Equal(["/bills/", "/orders/"], await ServedAsync());
        Assert.Equal(
            "/bills/",
            await Database.ScalarAsync<string>(
                "select split_part(route, '|', 1) from endpoint_route where key like 'fastapi.endpoint:2:%'"));
    }

    [Fact]
    public async Task Edits_of_the_same_endpoints_without_end_are_merged_in_steps_and_still_wait_for_their_reload()
    {
        await using var registry = await InSyncAsync();
        await Database.ExecuteAsync("update fastapi_endpoint set root_path = '/bills/new' where id = 2");
        await Database.ExecuteAsync("update fastapi_endpoint set root_path = '/orders/new' where id = 1");
        await Database.ExecuteAsync(RepeatRecord);
        await Database.ExecuteAsync(CountDeleted);
        await Database.ExecuteAsync(HijackBills);

        await registry.ReloadAsync(ReloadScope.Routes);

        Assert.Equal(["/bills/", "/orders/"], await ServedAsync());
        Assert.Equal(
            ["1", "2"],
            await Database.ListAsync("select endpoint_ids[1]::text from endpoint_sync.pending_changes order by 1"));
        Assert.InRange(await Database.ScalarAsync<long>("select max(records) from public.deleted"), 9000, 10000);
        await registry.ReloadAsync();
        Assert.Equal(["/bills/new/", "/orders/new/"], await ServedAsync());
        Assert.Equal(0L, await Database.ScalarAsync<long>("select count(*) from endpoint_sync.pending_changes"));
    }

    private async Task<TestRegistry> InSyncAsync()
    {
        var registry = new TestRegistry(Database);
        await Database.AddEndpointAsync("orders", "/orders");
        await Database.AddEndpointAsync("bills", "/bills");
        await registry.InstallTriggersAsync().Within("the triggers");
        await registry.ReloadAsync();
        return registry;
    }

    private Task<List<string?>> ServedAsync() => Database.ListAsync(
        "select split_part(route, '|', 1) from endpoint_sync.routes where to_version is null order by 1");
}
