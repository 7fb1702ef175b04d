using EndpointSync.Grains.ForeignChanges;
using Microsoft.Extensions.Time.Testing;

namespace EndpointSync.Tests.Unit.ForeignChanges;

public sealed class ReactionRateTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void A_burst_of_two_seconds_worth_does_not_wait_and_what_follows_is_spread_evenly()
    {
        var rate = new ReactionRate(10, _clock);

        var waits = Enumerable.Range(0, 23).Select(_ => rate.Take().TotalMilliseconds).ToList();

        Assert.Equal([.. Enumerable.Repeat(0.0, 20), 100, 200, 300], waits);
    }

    [Fact]
    public void A_quiet_time_is_not_saved_up_beyond_one_burst()
    {
        var rate = new ReactionRate(10, _clock);
        _clock.Advance(TimeSpan.FromHours(1));

        var waits = Enumerable.Range(0, 21).Select(_ => rate.Take()).ToList();

        Assert.All(waits.Take(20), wait => Assert.Equal(TimeSpan.Zero, wait));
        Assert.Equal(TimeSpan.FromMilliseconds(100), waits[20]);
    }

    [Fact]
    public void Writers_that_stay_below_the_rate_never_wait()
    {
        var rate = new ReactionRate(10, _clock);
        for (var reaction = 0; reaction < 1000; reaction++)
        {
            Assert.Equal(TimeSpan.Zero, rate.Take());
            _clock.Advance(TimeSpan.FromMilliseconds(100));
        }
    }
}
