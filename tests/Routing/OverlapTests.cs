using System.Globalization;
using EndpointSync.Routing;
using EndpointSync.Tests.Routing.Differential;

namespace EndpointSync.Tests.Routing;

/// <summary>Rules that match the same paths.</summary>
public sealed class OverlapTests
{
    [Fact]
    public void Rules_that_match_the_same_paths_are_duplicates_for_the_methods_they_share()
    {
        var table = Routes.Of(
            Routes.Entry(1, "/a/<x>", "GET", "POST"), Routes.Entry(2, "/a/<y>", "GET", "PUT"),
            Routes.Entry(3, "/a/<z>", "TRACE"));
        var overlaps = table.FindOverlaps().ToList();
        Assert.Equal(
            ["1 /a/<x> 2 /a/<y> GET HEAD OPTIONS", "1 /a/<x> 3 /a/<z> OPTIONS", "2 /a/<y> 3 /a/<z> OPTIONS"],
            overlaps.Select(Words));
        Assert.All(overlaps, overlap => Assert.Equal(RouteOverlapKind.Duplicate, overlap.Kind));
    }

    [Fact]
    public void Variables_of_one_weight_that_can_match_the_same_text_are_ambiguous()
    {
        var overlap = Assert.Single(Routes.Of("/a/<x>/b", "/a/<any(p, q):x>/c").FindOverlaps());
        Assert.Equal(RouteOverlapKind.Ambiguous, overlap.Kind);
        Assert.Equal("1 /a/<x>/b 2 /a/<any(p, q):x>/c ", Words(overlap));
    }

    [Theory]
    [InlineData("/a", "/a/")]
    [InlineData("/a/b", "/a/<x>")]
    [InlineData("/<x>", "/<int:x>")]
    [InlineData("/<x>", "/<path:x>")]
    [InlineData("/<int:x>", "/<float:x>")]
    [InlineData("/<any(a, b):x>", "/<any(c):x>")]
    [InlineData("/<uuid:x>", "/<model('m'):x>")]
    [InlineData("/<uuid:x>", "/<string(length=3):x>")]
    public void Rules_with_a_clear_order_or_without_common_paths_are_not_reported(string left, string right)
    {
        Assert.Empty(Routes.Of(left, right).FindOverlaps());
        Assert.Empty(Routes.Of(right, left).FindOverlaps());
    }

    [Fact]
    public void The_overlaps_of_an_entry_are_found_whichever_side_it_is_on()
    {
        var table = Routes.Of(
            new RouteEntry("1", ["/a", "/a"], []), new RouteEntry("2", ["/a", "/b"], []),
            new RouteEntry("3", ["/b"], []));
        Assert.Equal(4, table.FindOverlaps().Count());
        Assert.Equal(3, table.FindOverlaps("1").Count());
        Assert.Equal(["1 /a 2 /a ", "1 /a 2 /a ", "2 /b 3 /b "], table.FindOverlaps("2").Select(Words));
        Assert.Empty(table.FindOverlaps("4"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_table_has_the_overlaps_of_its_entries_and_no_others(int seed)
    {
        var rules = new RuleSource(new Random(seed));
        var table = Routes.Of([.. Enumerable.Range(0, 300).Select(_ => rules.Rule())]);

        var ofEntries = table.Entries.OrderBy(entry => int.Parse(entry.Key, CultureInfo.InvariantCulture)).SelectMany(
            entry => table.FindOverlaps(entry.Key).Where(overlap => overlap.Second.Key == entry.Key));
        Assert.NotEmpty(ofEntries);
        Assert.Equal(ofEntries.Select(Words), table.FindOverlaps().Select(Words));
    }

    private static string Words(RouteOverlap overlap) =>
        $"{overlap.First.Key} {overlap.FirstRule} {overlap.Second.Key} {overlap.SecondRule} "
        + $"{string.Join(' ', overlap.Methods)}";
}
