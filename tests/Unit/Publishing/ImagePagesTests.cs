using EndpointSync.Core;
using EndpointSync.Grains.Publishing;
using EndpointSync.Wire;
using Microsoft.Extensions.Time.Testing;

namespace EndpointSync.Tests.Unit.Publishing;

public sealed class ImagePagesTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public void A_version_is_kept_until_nobody_has_read_it_for_half_a_minute()
    {
        var pages = new ImagePages(_clock);
        var (old, now) = (Image(1), Image(2));
        Assert.Equal(1, pages.Page(old, RouteVersion.None, 0)!.Version.Value);

        _clock.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(1, pages.Page(now, new RouteVersion(1), 0)!.Version.Value);
        _clock.Advance(TimeSpan.FromSeconds(20));
        Assert.NotNull(pages.Page(now, new RouteVersion(1), 0));
        _clock.Advance(TimeSpan.FromSeconds(31));

        Assert.Null(pages.Page(now, new RouteVersion(1), 0));
        Assert.Equal(2, pages.Page(now, RouteVersion.None, 0)!.Version.Value);
    }

    [Fact]
    public void All_pages_together_are_the_whole_version()
    {
        var pages = new ImagePages(_clock);
        var image = Image(1, routes: 4_321);
        var read = new List<PublishedRoute>();
        RoutePage page;
        do
        {
            page = pages.Page(image, new RouteVersion(1), read.Count)!;
            read.AddRange(page.Routes);
        }
        while (read.Count < page.Count);

        Assert.Equal(image.Routes.Select(route => route.Key).Order(), read.Select(route => route.Key).Order());
        Assert.Equal(image.Hash, page.Hash);
    }

    // Orleans refuses a message of 100 MB, and a page shares its connection with all other messages.
    [Fact]
    public void A_page_of_long_routes_has_fewer_of_them()
    {
        var pages = new ImagePages(_clock);
        var image = Image(1, routes: 100, prefix: new string('k', 60_000));

        var page = pages.Page(image, new RouteVersion(1), 0)!;
        var last = pages.Page(image, new RouteVersion(1), 99)!;

        Assert.InRange(page.Routes.Count, 1, 10);
        Assert.Single(last.Routes);
        Assert.Empty(pages.Page(image, new RouteVersion(1), 100)!.Routes);
    }

    private static RouteImage Image(long version, int routes = 3, string prefix = "k")
    {
        List<PublishedRoute> published =
        [
            .. Enumerable.Range(0, routes).Select(number => new PublishedRoute
            {
                Key = $"{prefix}{number}", Rules = [$"/k/{number}"], Methods = [], Hash = ContentHash.Of($"{number}"),
            }),
        ];
        var hash = published.Aggregate(default(ContentHash), (sum, route) => sum ^ route.Hash);
        Assert.True(RouteImage.Empty.TryReplace(new RouteVersion(version), hash, published, out var image, out _));
        return image;
    }
}
