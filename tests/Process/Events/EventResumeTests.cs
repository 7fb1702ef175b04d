using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Processes;

namespace EndpointSync.Tests.Process.Events;

/// <summary>Watchers that come back: to another silo, too late, or to a database that went back.</summary>
public sealed class EventResumeTests
{
    private const int Versions = 40;
    private const int KilledAt = 15;

    [Fact]
    public async Task Nothing_is_lost_or_out_of_order_when_a_silo_is_killed_while_versions_are_published()
    {
        await using var fleet = await Fleet.StartAsync(silos: 2);
        var (dying, living) = (fleet.Silos.Silos[0], fleet.Silos.Silos[1]);
        var stream = await EventStreamClient.OpenAsync(dying.Address);
        var publishing = PublishAsync(fleet, living);
        var received = new List<ReceivedEvent>();
        while (received is not [.., { Kind: "pin" }])
        {
            var next = await NextAsync(stream);
            if (next is null)
            {
                var last = stream.LastId;
                await stream.DisposeAsync();
                stream = await EventStreamClient.OpenAsync(living.Address, last);
            }
            else if (next.Id is not null)
            {
                received.Add(next);
                if (received.Count == KilledAt)
                {
                    dying.Kill();
                }
            }
        }

        await publishing;
        await stream.DisposeAsync();
        Assert.True(dying.Exited.IsCompleted);
        Assert.All(received[..^1], one => Assert.Equal("version", one.Kind));
        Assert.Equal(
            await fleet.Database.ListAsync("select version from endpoint_sync.versions order by version"),
            received[..^1].Select(one => $"{one.Version}"));
        Assert.Equal(
            await fleet.Database.ListAsync("select number || '-' || mark from endpoint_sync.events order by number"),
            received.Select(one => one.Id));
    }

    [Fact]
    public async Task Events_that_are_not_kept_any_more_are_told_as_a_gap_and_then_those_that_are()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using (var registry = new TestRegistry(database))
        {
            for (var number = 1; number <= 5; number++)
            {
                await database.AddEndpointAsync($"e{number}", $"/e{number}");
                await registry.ReloadAsync();
            }
        }

        var ids = await database.ListAsync("select number || '-' || mark from endpoint_sync.events order by number");
        await using var silo = await StartAsync(database, mostEvents: 2);
        await database.UntilAsync("select count(*) = 2 from endpoint_sync.events", "the deletion of old events");

        foreach (var known in new[] { "0", ids[0]! })
        {
            await using var stream = await EventStreamClient.OpenAsync(silo.Address, known);
            var gap = await stream.NextAsync(_ => true, "the first event");
            Assert.Equal(("gap", null), (gap.Kind, gap.Id));
            Assert.Equal("Pruned", gap.Data.GetProperty("reason").GetString());
            Assert.Equal(known is "0" ? "0-00000000" : known, gap.Data.GetProperty("after").GetString());
            Assert.Equal([ids[3], ids[4]], [(await NextStoredAsync(stream)).Id, (await NextStoredAsync(stream)).Id]);
        }

        // Who has one that is kept misses nothing.
        await using var next = await EventStreamClient.OpenAsync(silo.Address, ids[3]);
        var first = await next.NextAsync(one => one.Id is not null || one.Kind == "gap", "the next event");
        Assert.Equal(ids[4], first.Id);
    }

    [Fact]
    public async Task A_database_that_went_back_is_told_as_a_gap_to_those_who_watch_and_to_those_who_come_back()
    {
        await using var fleet = await Fleet.StartAsync(silos: 1);
        var silo = fleet.Silos.Silos[0];
        for (var number = 1; number <= 3; number++)
        {
            await fleet.Database.AddEndpointAsync($"e{number}", $"/e{number}");
            await fleet.ReloadAsync(silo);
        }

        var known = (await fleet.Database.ListAsync(
            "select number || '-' || mark from endpoint_sync.events order by number"))[2]!;
        await using var watching = await EventStreamClient.OpenAsync(silo.Address, known);

        // As a backup of the first version, and a version 2 of its own since.
        await fleet.Database.ExecuteAsync(
            """
            delete from endpoint_sync.events where number > 1;
            update endpoint_sync.state set last_event = 1;
            select endpoint_sync.add_event('public', 'pin', '{"pin": null}'), endpoint_sync.add_event(
              'public', 'pin', '{"pin": null}'), endpoint_sync.add_event('public', 'pin', '{"pin": null}')
            """);

        var newest = await fleet.Database.ScalarAsync<string>(
            "select number || '-' || mark from endpoint_sync.events order by number desc limit 1");
        await using var coming = await EventStreamClient.OpenAsync(silo.Address, known);
        foreach (var stream in new[] { watching, coming })
        {
            var gap = await stream.NextAsync("gap");
            Assert.Equal(
                ("OtherHistory", known, newest),
                (gap.Data.GetProperty("reason").GetString(), gap.Data.GetProperty("after").GetString(), gap.Id));
        }

        await fleet.Database.ExecuteAsync("select endpoint_sync.add_event('public', 'pin', '{\"pin\": null}')");
        foreach (var stream in new[] { watching, coming })
        {
            Assert.StartsWith("5-", (await NextStoredAsync(stream)).Id, StringComparison.Ordinal);
        }
    }

    private static Task<ReceivedEvent> NextStoredAsync(EventStreamClient stream) =>
        stream.NextAsync(one => one.Id is not null, "a stored event");

    // A killed silo ends the connection in the middle.
    private static async Task<ReceivedEvent?> NextAsync(EventStreamClient stream)
    {
        try
        {
            return await stream.NextAsync().Within("the next event");
        }
        catch (Exception lost) when (lost is IOException or HttpRequestException)
        {
            return null;
        }
    }

    private static async Task PublishAsync(Fleet fleet, SiloProcess silo)
    {
        for (var number = 1; number <= Versions; number++)
        {
            await fleet.Database.AddEndpointAsync($"e{number}", $"/e{number}");
            await fleet.ReloadUntilAnsweredAsync(silo);
        }

        await fleet.Database.ExecuteAsync("select endpoint_sync.add_event('public', 'pin', '{\"pin\": null}')");
    }

    private static Task<SiloProcess> StartAsync(TestDatabase database, int mostEvents)
    {
        var options = Fleet.Options(database);
        return SiloProcess.StartAsync(options with
        {
            Configuration = new Dictionary<string, string>(options.Configuration)
            {
                ["EndpointSync:History:MostEvents"] = $"{mostEvents}",
            },
        });
    }
}
