using EndpointSync.Cli.Output;
using EndpointSync.Cli.Streams;
using EndpointSync.Cli.Texts;

namespace EndpointSync.Tests.Unit.Cli;

/// <summary>The stream of events, as the API documents it.</summary>
public sealed class ServerEventTests
{
    private const string At = "\"registry\": \"openspp\", \"at\": \"2026-11-29T09:14:03Z\"";

    [Fact]
    public async Task A_reader_has_a_cursor_before_the_first_event_and_says_why_a_stream_ends()
    {
        var reader = new ServerEventReader(new StringReader(
            "retry: 700\nid: 41-aa\n\n: still here\n\nid: 42-bb\nevent: version\ndata: {}\n\n"
            + "event: lock\ndata: {\"a\":\ndata: 1}\n\n: this silo stops\n"));

        var first = await reader.ReadAsync(CancellationToken.None);
        Assert.Equal((new ServerEvent("42-bb", "version", "{}"), "42-bb"), (first, reader.LastId));
        // The state of now has no place in the order, so the cursor stays.
        var second = await reader.ReadAsync(CancellationToken.None);
        Assert.Equal((new ServerEvent(null, "lock", "{\"a\":\n1}"), "42-bb"), (second, reader.LastId));
        Assert.Null(await reader.ReadAsync(CancellationToken.None));
        Assert.Equal((TimeSpan.FromMilliseconds(700), "this silo stops"), (reader.Retry, reader.Comment));
    }

    [Fact]
    public async Task A_cursor_that_comes_alone_is_kept()
    {
        var reader = new ServerEventReader(new StringReader("retry: 700\nid: 41-aa\n\n"));

        Assert.Null(await reader.ReadAsync(CancellationToken.None));
        Assert.Equal("41-aa", reader.LastId);
    }

    [Theory]
    [InlineData(
        "version",
        """
        "version": 42, "previousVersion": 41, "silo": "silo-1", "contentHash": "ab", "endpointsSynced": 1,
        "routesAdded": 1, "routesChanged": 2, "routesRemoved": 3, "callers": 8
        """,
        "41 to 42: 1 added, 2 changed, 3 removed, for 8 callers, by silo-1", Tone.None)]
    [InlineData(
        "convergence",
        """
        "version": 42, "silos": 2, "silosServing": 2, "workers": 3, "workersServing": 2, "reached": false,
        "missingCount": 1, "missing": [{ "kind": "Worker", "name": "web-3", "id": "x", "silo": "silo-1", "version": 41,
        "since": "2026-11-29T09:14:03Z", "lag": 1, "silentFor": "00:00:01", "problem": null }]
        """,
        "version 42 is served by 2 of 2 silos and 2 of 3 workers; missing: web-3", Tone.Warning)]
    [InlineData(
        "quarantine",
        """
        "change": "Entered", "count": 1,
        "endpoints": [{ "id": 7, "name": "n", "rootPath": "/a b", "reason": "a space" }]
        """,
        "entered: 7 (a space)", Tone.Warning)]
    [InlineData("lock", "\"holder\": null", "free", Tone.None)]
    [InlineData("pin", "\"pin\": null", "unpinned", Tone.None)]
    [InlineData(
        "pin",
        """
        "pin": { "version": 43, "toVersion": 41, "by": "ops", "at": "2026-11-29T09:14:03Z", "reason": "500s",
        "waitingChanges": 0 }
        """,
        "to the table of version 41 by ops, 2026-11-29 09:14:03Z; 0 changes waiting; 500s", Tone.Warning)]
    [InlineData(
        "foreign-write",
        """
        "writer": { "role": "odoo", "application": "odoo", "processId": 7, "address": null }, "changedAt":
        "2026-11-29T09:14:03Z", "operation": "UPDATE", "keys": ["k"], "locked": false, "outcome": "repaired",
        "version": 42
        """,
        "update of k by role 'odoo', application 'odoo', backend 7, local socket, without the lock: repaired",
        Tone.Warning)]
    [InlineData(
        "problem",
        """
        "source": "Worker", "name": "web-3", "id": "x", "silo": "s", "version": 4, "problem": "no"
        """,
        "worker web-3: no", Tone.Bad)]
    [InlineData(
        "problem",
        """
        "source": "Worker", "name": "web-3", "id": "x", "silo": "s", "version": 4, "problem": null
        """,
        "worker web-3: over", Tone.Good)]
    [InlineData(
        "gap", "\"reason\": \"Pruned\", \"after\": \"1-aa\"",
        "events are missing: they are older than what is kept. Look at status and history.", Tone.Bad)]
    public void Each_kind_of_event_has_its_line(string kind, string data, string expected, object tone)
    {
        var line = EventText.Line(new ServerEvent("42-aa", kind, $"{{ {At}, {data} }}"));

        Assert.Equal($"2026-11-29 09:14:03Z  {kind,-13}  {expected}", line?.Text);
        Assert.Equal(tone, line?.Tone);
    }

    [Fact]
    public void A_kind_that_this_build_does_not_know_is_left_out() =>
        Assert.Null(EventText.Line(new ServerEvent("42-aa", "weather", "{}")));
}
