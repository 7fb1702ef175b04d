using EndpointSync.Routing;

namespace EndpointSync.Tests.Routing;

/// <summary>What matching and changing a table allocates.</summary>
public sealed class AllocationTests
{
    private const int MostForAChange = 32 * 1024;

    [Theory]
    [InlineData("/service7/", "GET", RouteOutcome.Found)]
    [InlineData("/service7/items/42", "GET", RouteOutcome.Found)]
    [InlineData("/service7/items/42", "DELETE", RouteOutcome.MethodNotAllowed)]
    [InlineData("/service7/items/42", "BREW", RouteOutcome.MethodNotAllowed)]
    [InlineData("/other7/items", "GET", RouteOutcome.NotFound)]
    [InlineData("/other7//items", "GET", RouteOutcome.NotFound)]
    [InlineData("/service7//items", "GET", RouteOutcome.Redirect)]
    [InlineData("/number/12", "GET", RouteOutcome.Found)]
    [InlineData("/number/13", "GET", RouteOutcome.NotFound)]
    [InlineData("/real/1.5", "GET", RouteOutcome.Found)]
    [InlineData("/slug/a-b-c-12", "GET", RouteOutcome.Found)]
    [InlineData("/split/a/b/edit/c/d", "GET", RouteOutcome.Found)]
    [InlineData("/many/1-2-3-x-5", "GET", RouteOutcome.NotFound)]
    [InlineData("/ids/1,2,3", "GET", RouteOutcome.Found)]
    [InlineData("/any/日本", "GET", RouteOutcome.Found)]
    public void A_match_allocates_nothing(string path, string method, RouteOutcome outcome)
    {
        var table = Registry(1_000).Apply(2, Special.Select(RouteTableChange.Put));
        Assert.Equal(outcome, table.Match(path, method).Outcome);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var round = 0; round < 1_000; round++)
        {
            table.Match(path, method);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void A_change_allocates_hardly_more_in_a_table_of_fifty_thousand_than_in_one_of_a_thousand()
    {
        var (small, large) = (TypicalChange(Registry(1_000)), TypicalChange(Registry(50_000)));
        Assert.InRange(small, 1, MostForAChange);
        Assert.InRange(large, 1, MostForAChange);
        // Fifty times as many routes add two levels to a trie with sixteen branches.
        Assert.True(large < 1.5 * small, $"{small} bytes in a table of 1,000, {large} in one of 50,000");
    }

    private static readonly RouteEntry[] Special =
    [
        Routes.Entry(1, "/number/<int(max=12):x>", "GET"),
        Routes.Entry(2, "/real/<float(min=1):x>", "GET"),
        Routes.Entry(3, "/slug/<name>-<int:id>", "GET"),
        Routes.Entry(4, "/split/<path:x>/edit/<path:y>", "GET"),
        Routes.Entry(5, "/many/<int:a>-<int:b>-<int:c>-<int:d>-<int:e>", "GET"),
        Routes.Entry(6, "/ids/<models('m'):ids>", "GET"),
        Routes.Entry(7, "/any/<any('é', '日本'):word>", "GET"),
    ];

    private static RouteTable Registry(int entries) =>
        RouteTable.Empty.Apply(1, Enumerable.Range(0, entries).Select(id => RouteTableChange.Put(Endpoint(id))));

    private static RouteEntry Endpoint(int id) =>
        new($"fastapi.endpoint:{id}:/", [$"/service{id}/", $"/service{id}/<path:application_path>"], ["GET", "POST"]);

    private static long TypicalChange(RouteTable table)
    {
        var measured = Enumerable.Range(100, 99)
            .Select(id => Measure(table, Endpoint(id) with { Data = "new" }))
            .Order()
            .ToList();
        return measured[measured.Count / 2];
    }

    private static long Measure(RouteTable table, RouteEntry entry)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        table.Apply(2, [RouteTableChange.Put(entry)]);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
