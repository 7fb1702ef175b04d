using EndpointSync.Grains.Events;
using EndpointSync.Tests.Testing;
using Npgsql;

namespace EndpointSync.Tests.Postgres.Events;

/// <summary>The order of events in the database, on which every cursor relies.</summary>
public sealed class EventStoreTests : RegistryTests
{
    private const string Add = "select endpoint_sync.add_event('public', 'pin', '{\"pin\": null}')";

    private EventStore Events => new(Registry.Database);

    [Fact]
    public async Task An_event_waits_for_the_commit_of_the_one_before_it()
    {
        await using var first = await Database.Source.OpenConnectionAsync();
        await using var open = await first.BeginTransactionAsync();
        await RunAsync(first, Add);

        var second = Database.ExecuteAsync(Add);
        await Database.UntilBlockedAsync();
        Assert.Empty((await ReadAsync(EventCursor.Start)).Events);
        Assert.False(second.IsCompleted);

        await open.CommitAsync();
        await second.Within("the second event");
        Assert.Equal([1, 2], Numbers(await ReadAsync(EventCursor.Start)));
    }

    [Fact]
    public async Task A_transaction_that_is_rolled_back_leaves_no_number_out()
    {
        await Database.ExecuteAsync(Add);
        await using (var session = await Database.Source.OpenConnectionAsync())
        {
            await using var open = await session.BeginTransactionAsync();
            await RunAsync(session, Add);
        }

        await Database.ExecuteAsync(Add);

        Assert.Equal([1, 2], Numbers(await ReadAsync(EventCursor.Start)));
    }

    [Fact]
    public async Task A_reader_beside_many_writers_sees_every_number_in_its_order()
    {
        const int Writers = 6;
        const int Each = 30;
        var writing = Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => Task.Run(async () =>
        {
            for (var number = 0; number < Each; number++)
            {
                await Database.ExecuteAsync(Add);
            }
        })));

        var cursor = EventCursor.Start;
        var seen = new List<long>();
        while (seen.Count < Writers * Each)
        {
            var page = await ReadAsync(cursor);
            Assert.Equal(EventGap.None, page.Gap);
            seen.AddRange(Numbers(page));
            cursor = page.Events is [.., { Cursor: { } last }] ? last : cursor;
        }

        await writing;
        Assert.Equal(Enumerable.Range(1, Writers * Each).Select(number => (long)number), seen);
    }

    [Fact]
    public async Task A_statement_of_many_rows_makes_its_events_in_their_order()
    {
        await Registry.InstallTriggersAsync();
        await Registry.ReloadAsync();
        await Database.ExecuteAsync(
            "insert into endpoint_route (key, route, opts, routing) values ('shop:1', '/1', '[]', '[]')");
        await Database.ExecuteAsync(
            "insert into endpoint_route (key, route, opts, routing) select 'shop:' || n, '/' || n, '[]', '[]' "
            + "from generate_series(2, 200) as n");
        await Registry.ReloadAsync();

        Assert.Equal(
            ["foreign-write [\"shop:1\"]", "foreign-write null", "version -"],
            await Database.ListAsync(
                "select kind || ' ' || coalesce((data -> 'keys')::text, '-') from endpoint_sync.events "
                + "order by number"));
    }

    [Fact]
    public async Task A_pin_and_its_end_are_events_and_no_other_change_of_the_state_is()
    {
        await Database.AddEndpointAsync("a", "/a");
        await Registry.ReloadAsync();
        await Database.ExecuteAsync("update endpoint_sync.state set pinned_hash = null");
        await Database.ExecuteAsync(
            "update endpoint_sync.state set pinned_hash = content_hash, pinned_to = 1, pinned_by = 'me', "
            + "pinned_at = now(), pin_reason = 'a bad edit'");
        await Database.ExecuteAsync("update endpoint_sync.state set silo = 'other'");
        await Database.ExecuteAsync("update endpoint_sync.state set pinned_hash = null, pinned_to = null");

        Assert.Equal(
            ["version -", "pin me: a bad edit, 1 at 1", "pin -"],
            await Database.ListAsync(
                """
                select kind || ' ' || coalesce(
                  (data #>> '{pin,by}') || ': ' || (data #>> '{pin,reason}') || ', ' || (data #>> '{pin,toVersion}')
                  || ' at ' || (data #>> '{pin,version}'), '-')
                from endpoint_sync.events order by number
                """));
    }

    [Fact]
    public async Task Old_events_are_deleted_and_the_newest_is_kept_whatever_its_age()
    {
        for (var number = 1; number <= 5; number++)
        {
            await Database.ExecuteAsync(Add);
        }

        Assert.Equal(2, await Events.DeleteOldAsync(TimeSpan.FromDays(1), 3, most: 1_000, CancellationToken.None));
        Assert.Equal(0, await Events.DeleteOldAsync(TimeSpan.FromDays(1), 3, most: 1_000, CancellationToken.None));
        await Database.ExecuteAsync("update endpoint_sync.events set occurred_at = now() - interval '2 days'");
        Assert.Equal(1, await Events.DeleteOldAsync(TimeSpan.FromDays(1), 3, most: 1, CancellationToken.None));
        Assert.Equal(1, await Events.DeleteOldAsync(TimeSpan.FromDays(1), 3, most: 1_000, CancellationToken.None));
        Assert.Equal(0, await Events.DeleteOldAsync(TimeSpan.FromDays(1), 3, most: 1_000, CancellationToken.None));

        Assert.Equal(["5"], await Database.ListAsync("select number from endpoint_sync.events"));
    }

    [Fact]
    public async Task What_is_missing_before_a_page_is_told_with_the_reason()
    {
        for (var number = 1; number <= 4; number++)
        {
            await Database.ExecuteAsync(Add);
        }

        var all = (await ReadAsync(EventCursor.Start)).Events.Select(one => one.Cursor!.Value).ToList();
        await Database.ExecuteAsync("delete from endpoint_sync.events where number < 3");

        Assert.Equal((EventGap.Pruned, "3 4"), await ShownAsync(EventCursor.Start));
        Assert.Equal((EventGap.Pruned, "3 4"), await ShownAsync(all[0]));
        Assert.Equal((EventGap.None, "4"), await ShownAsync(all[2]));
        Assert.Equal((EventGap.None, ""), await ShownAsync(all[3]));
        Assert.Equal((EventGap.OtherHistory, ""), await ShownAsync(all[3] with { Mark = "00000000" }));
        Assert.Equal((EventGap.OtherHistory, ""), await ShownAsync(all[3] with { Number = 5 }));
    }

    private static IEnumerable<long> Numbers(EventPage page) => page.Events.Select(one => one.Cursor!.Value.Number);

    private static async Task RunAsync(NpgsqlConnection session, string sql)
    {
        await using var command = new NpgsqlCommand(sql, session);
        await command.ExecuteNonQueryAsync();
    }

    private async Task<(EventGap Gap, string Numbers)> ShownAsync(EventCursor after)
    {
        var page = await ReadAsync(after);
        return (page.Gap, string.Join(' ', Numbers(page)));
    }

    private Task<EventPage> ReadAsync(EventCursor after) => Events.ReadAsync(after, 100, CancellationToken.None);
}
