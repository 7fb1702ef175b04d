using EndpointSync.Grains.Publishing;
using EndpointSync.Wire;

namespace EndpointSync.Tests.Unit.Publishing;

public sealed class DeltaLogTests
{
    private readonly DeltaLog _log = new();

    [Fact]
    public void The_path_from_a_version_to_the_newest_is_one_delta_with_the_last_change_of_each_key()
    {
        _log.Add(Delta(0, 1, "a"));
        _log.Add(Delta(1, 4, "b"));
        _log.Add(Delta(4, 5, "a", "c"));

        var path = _log.From(new RouteVersion(1))!;

        Assert.Equal((1L, 5L), (path.From.Value, path.To.Value));
        Assert.Equal(["a", "b", "c"], path.Changes.Select(change => change.Key).Order());
        Assert.Equal(["a", "b", "c"], _log.From(RouteVersion.None)!.Changes.Select(change => change.Key).Order());
    }

    [Fact]
    public void No_path_begins_at_the_newest_version_or_at_one_that_was_never_served_here()
    {
        _log.Add(Delta(0, 1, "a"));
        _log.Add(Delta(1, 4, "b"));

        Assert.Null(_log.From(new RouteVersion(2)));
        Assert.Null(_log.From(new RouteVersion(4)));
        Assert.Null(_log.From(new RouteVersion(9)));
    }

    [Fact]
    public void A_delta_that_does_not_follow_the_last_one_restarts_the_log()
    {
        _log.Add(Delta(0, 1, "a"));
        _log.Add(Delta(3, 4, "b"));

        Assert.Null(_log.From(RouteVersion.None));
        Assert.NotNull(_log.From(new RouteVersion(3)));
    }

    [Fact]
    public void The_log_keeps_a_limited_number_of_changes()
    {
        for (var version = 0; version < 3_000; version++)
        {
            _log.Add(Delta(version, version + 1, [.. Enumerable.Range(0, 20).Select(key => $"{key}")]));
        }

        Assert.NotNull(_log.From(new RouteVersion(2_900)));
        Assert.Null(_log.From(new RouteVersion(2_000)));
    }

    [Fact]
    public void A_log_whose_deltas_are_too_long_for_a_message_forgets_the_oldest()
    {
        _log.Add(Delta(0, 1, new string('a', 3_000_000)));
        _log.Add(Delta(1, 2, new string('b', 3_000_000)));

        Assert.Null(_log.From(RouteVersion.None));
        Assert.NotNull(_log.From(new RouteVersion(1)));
    }

    private static RouteDelta Delta(long from, long to, params string[] keys) =>
        new(
            new RouteVersion(from), new RouteVersion(to), default,
            [.. keys.Select(key => new PublishedChange(key, null))]);
}
