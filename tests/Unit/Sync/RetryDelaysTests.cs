
namespace EndpointSync.Tests.Unit.Sync;

public sealed class RetryDelaysTests
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
    public void A_wait_is_doubled_up_to_the_limit_with_at_most_half_of_it_taken_off(int attempt, int milliseconds)
    {
        var delays = new RetryDelays(First, Longest);
        var full = TimeSpan.FromMilliseconds(milliseconds);

        Assert.All(Enumerable.Range(0, 500).Select(_ => delays.Before(attempt)), wait => Assert.InRange(wait, full / 2, full));
    }

    [Fact]
    public void Waits_differ_so_that_silos_spread_out()
    {
        var delays = new RetryDelays(First, Longest);

        Assert.True(Enumerable.Range(0, 100).Select(_ => delays.Before(3)).Distinct().Count() > 50);
    }

    [Fact]
    public void The_longest_waits_that_settings_allow_do_not_overflow() =>
        Assert.InRange(new RetryDelays(TimeSpan.FromDays(1), TimeSpan.FromDays(1)).Before(int.MaxValue), TimeSpan.FromHours(12), TimeSpan.FromDays(1));
}
