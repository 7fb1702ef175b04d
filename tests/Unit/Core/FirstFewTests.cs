using EndpointSync.Core;

namespace EndpointSync.Tests.Unit.Core;

public sealed class FirstFewTests
{
    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(1, 1, 0)]
    [InlineData(20, 20, 0)]
    [InlineData(21, 20, 1)]
    [InlineData(20_000, 20, 19_980)]
    public void Twenty_are_logged_one_by_one_and_the_rest_as_a_number(int count, int lines, int rest)
    {
        var (logged, more) = (new List<int>(), 0);

        FirstFew.Log(Enumerable.Range(0, count), logged.Add, left => more = left);

        Assert.Equal(Enumerable.Range(0, lines), logged);
        Assert.Equal(rest, more);
    }
}
