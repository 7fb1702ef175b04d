using EndpointSync.Core;

namespace EndpointSync.Tests.Unit.Sync;

public sealed class JitteredBackoffTests
{
    private static readonly TimeSpan First = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    [Theory]
    [InlineData(0, 200)]
    [InlineData(1, 400)]
    [InlineData(5, 6_400)]
    [InlineData(6, 10_000)]
    [InlineData(1_000, 10_000)]
    [InlineData(int.MaxValue, 10_000)]
    public void A_delay_doubles_up_to_the_limit_and_jitter_takes_off_at_most_half(int attempt, int milliseconds)
    {
        var delays = new JitteredBackoff(First, Longest);
        var full = TimeSpan.FromMilliseconds(milliseconds);

        Assert.All(
            Enumerable.Range(0, 500).Select(_ => delays.Before(attempt)), wait => Assert.InRange(wait, full / 2, full));
    }

    [Fact]
    public void Delays_differ_so_that_silos_spread_out()
    {
        var delays = new JitteredBackoff(First, Longest);

        Assert.True(Enumerable.Range(0, 100).Select(_ => delays.Before(3)).Distinct().Count() > 50);
    }

    [Fact]
    public void The_longest_delays_that_settings_allow_do_not_overflow() =>
        Assert.InRange(
            new JitteredBackoff(TimeSpan.FromDays(1), TimeSpan.FromDays(1)).Before(int.MaxValue),
            TimeSpan.FromHours(12), TimeSpan.FromDays(1));
}
