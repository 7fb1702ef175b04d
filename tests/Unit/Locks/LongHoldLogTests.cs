using EndpointSync.Grains.Locks;
using EndpointSync.Tests.Testing;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Tests.Unit.Locks;

public sealed class LongHoldLogTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly LogCapture _log = new();
    private readonly LongHoldLog _holds;

    public LongHoldLogTests() => _holds = new LongHoldLog("openspp", Limit, _log.CreateLogger(""));

    public void Dispose() => _log.Dispose();

    private IEnumerable<int> Logged => _log.Entries.Select(entry => entry.EventId);

    [Fact]
    public void A_long_hold_is_logged_once_and_again_whenever_its_length_has_doubled()
    {
        foreach (var seconds in new[] { 9, 10, 15, 19.9, 20, 30, 39, 45 })
        {
            _holds.Saw(Holder(seconds));
        }

        Assert.Equal([1601, 1601, 1601], Logged);
        Assert.All(_log.Entries, entry => Assert.Equal(LogLevel.Warning, entry.Level));
        Assert.Contains("held for 00:00:10 by backend 7 ", _log.Entries.First().Message, StringComparison.Ordinal);
        Assert.EndsWith("Its query: select 1", _log.Entries.First().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_end_of_a_hold_is_logged_if_the_hold_was()
    {
        _holds.Saw(Holder(12));
        _holds.Saw(null);
        _holds.Saw(null);

        Assert.Equal([1601, 1602], Logged);
        Assert.Equal(
            new LogEntry(
                LogLevel.Information, 1602,
                "The lock of openspp is no longer held by backend 7, whose hold had lasted 00:00:12 at the last check"),
            _log.Entries.Last());
    }

    [Fact]
    public void Short_holds_are_not_logged()
    {
        _holds.Saw(Holder(9));
        _holds.Saw(null);
        _holds.Saw(Holder(9));

        Assert.Empty(Logged);
    }

    [Fact]
    public void The_next_hold_starts_over_whichever_session_has_it()
    {
        _holds.Saw(Holder(25));
        _holds.Saw(Holder(9) with { Since = DateTimeOffset.UnixEpoch.AddHours(1) });
        _holds.Saw(Holder(10) with { Since = DateTimeOffset.UnixEpoch.AddHours(1) });
        _holds.Saw(Holder(11) with { ProcessId = 8, Query = null });

        Assert.Equal([1601, 1602, 1601, 1602, 1601], Logged);
        Assert.EndsWith(
            "Its query: not shown to the registry's role", _log.Entries.Last().Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_next_query_is_due_when_the_current_hold_becomes_a_long_one()
    {
        Assert.Null(_holds.UntilLong);
        _holds.Saw(Holder(4));
        Assert.Equal(TimeSpan.FromSeconds(6), _holds.UntilLong);
        _holds.Saw(Holder(11));
        Assert.Equal(TimeSpan.FromSeconds(11), _holds.UntilLong);
        _holds.Saw(null);
        Assert.Null(_holds.UntilLong);
    }

    private static LockHolder Holder(double seconds) => new()
    {
        ProcessId = 7,
        Application = "odoo",
        Role = "odoo",
        Since = DateTimeOffset.UnixEpoch,
        SinceFirstSeen = false,
        Held = TimeSpan.FromSeconds(seconds),
        Query = "select 1",
    };
}
