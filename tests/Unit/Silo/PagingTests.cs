using EndpointSync.Silo.Api;

namespace EndpointSync.Tests.Unit.Silo;

public sealed class PagingTests
{
    [Theory]
    [InlineData(1, "a|b b|c|d")]
    [InlineData(2, "a b b|c d")]
    [InlineData(3, "a b b|c d")]
    [InlineData(4, "a b b c|d")]
    [InlineData(5, "a b b c d")]
    public void Pages_have_every_item_once_and_do_not_part_equal_keys(int limit, string expected)
    {
        var pages = new List<string>();
        string? cursor = null;
        do
        {
            (var page, cursor) = Paging.Cut(["a", "b", "b", "c", "d"], key => key, cursor, limit);
            pages.Add(string.Join(' ', page));
        }
        while (cursor is not null);

        Assert.Equal(expected, string.Join('|', pages));
    }

    [Fact]
    public void An_item_that_went_between_two_pages_moves_no_other()
    {
        var (_, cursor) = Paging.Cut(["a", "b", "c"], key => key, null, 2);
        var (page, next) = Paging.Cut(["a", "c", "d"], key => key, cursor, 2);

        Assert.Equal(["c", "d"], page);
        Assert.Null(next);
    }
}
