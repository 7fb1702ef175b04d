using EndpointSync.Grains.Sync;

namespace EndpointSync.Tests.Unit.Sync;

public sealed class PartSizeTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    [Fact]
    public void Parts_shrink_until_they_end_in_time()
    {
        var size = new PartSize(20_000, Deadline);
        List<int> sizes = [size.Endpoints];
        while (size.Shrink(size.Endpoints))
        {
            sizes.Add(size.Endpoints);
        }

        Assert.Equal([20_000, 5_000, 1_250, 312, 100], sizes);
    }

    [Fact]
    public void Parts_grow_back_while_they_end_early()
    {
        var size = new PartSize(20_000, Deadline);
        size.Shrink(20_000);
        size.Shrink(5_000);

        size.GrowAfter(Deadline / 8);
        Assert.Equal(1_250, size.Endpoints);
        size.GrowAfter(TimeSpan.FromSeconds(1));
        Assert.Equal(5_000, size.Endpoints);
        size.GrowAfter(TimeSpan.FromSeconds(1));
        size.GrowAfter(TimeSpan.FromSeconds(1));
        Assert.Equal(20_000, size.Endpoints);
    }

    // A frozen server and a row that somebody locks cut small transactions off too.
    [Theory]
    [InlineData(20_000, 1)]
    [InlineData(20_000, 100)]
    [InlineData(10, 10)]
    public void A_small_transaction_says_nothing_about_the_size(int most, int tried)
    {
        var size = new PartSize(most, Deadline);

        Assert.False(size.Shrink(tried));
        Assert.Equal(most, size.Endpoints);
    }
}
