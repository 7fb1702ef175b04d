using EndpointSync.Grains.Publishing;
using EndpointSync.Publishing;

namespace EndpointSync.Tests.Unit.Publishing;

public sealed class DeltaLogTests
{
    private readonly DeltaLog _log = new();

    [Fact]
    public void What_leads_from_a_version_to_the_newest_is_one_delta_with_the_last_word_on_each_key()
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
    public void Nothing_leads_from_a_version_that_was_never_served_here_or_that_is_the_newest()
    {
        _log.Add(Delta(0, 1, "a"));
        _log.Add(Delta(1, 4, "b"));

        Assert.Null(_log.From(new RouteVersion(2)));
        Assert.Null(_log.From(new RouteVersion(4)));
        Assert.Null(_log.From(new RouteVersion(9)));
    }

    [Fact]
    public void A_delta_that_does_not_follow_on_the_last_one_begins_the_log_anew()
    {
        _log.Add(Delta(0, 1, "a"));
        _log.Add(Delta(3, 4, "b"));

        Assert.Null(_log.From(RouteVersion.None));
        Assert.NotNull(_log.From(new RouteVersion(3)));
    }

    [Fact]
    public void Only_so_much_is_kept()
    {
        for (var version = 0; version < 3_000; version++)
        {
            _log.Add(Delta(version, version + 1, [.. Enumerable.Range(0, 20).Select(key => $"{key}")]));
        }

        Assert.NotNull(_log.From(new RouteVersion(2_900)));
        Assert.Null(_log.From(new RouteVersion(2_000)));
    }

    private static RouteDelta Delta(long from, long to, params string[] keys) =>
        new(new RouteVersion(from), new RouteVersion(to), default, [.. keys.Select(key => new PublishedChange(key, null))]);
}
