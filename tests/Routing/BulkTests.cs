using EndpointSync.Routing;
using EndpointSync.Tests.Routing.Differential;

namespace EndpointSync.Tests.Routing;

/// <summary>Bulk changes: the same table as by single changes, and no effect on earlier tables.</summary>
public sealed class BulkTests(ITestOutputHelper output)
{
    private const int Keys = 400;

    private readonly Random _random = new(Seed.Value);

    [Fact]
    public void A_bulk_change_makes_the_table_that_its_changes_make_one_by_one()
    {
        output.WriteLine(Seed.Words);
        for (var round = 0; round < 3 * Seed.Factor; round++)
        {
            var (first, second) = (Changes(), Changes());
            var atOnce = RouteTable.Empty.Apply(1, first).Apply(2, second);
            var oneByOne = first.Concat(second).Aggregate(
                RouteTable.Empty, (table, change) => table.Apply(2, [change]));
            var requests = Requests(first.Concat(second));
            Assert.True(Words(oneByOne, requests) == Words(atOnce, requests), Seed.Words);
        }
    }

    [Fact]
    public void A_bulk_change_does_not_change_the_answers_of_the_table_it_began_with()
    {
        output.WriteLine(Seed.Words);
        var changes = Changes();
        var requests = Requests(changes);
        var table = RouteTable.Empty.Apply(1, changes);
        var (words, wordsOfEmpty) = (Words(table, requests), Words(RouteTable.Empty, requests));

        table.Apply(2, Changes());
        table.Apply(3, changes.Select(change => RouteTableChange.Remove(change.Key)));

        Assert.Equal((words, wordsOfEmpty), (Words(table, requests), Words(RouteTable.Empty, requests)));
    }

    [Fact]
    public void Tables_made_of_the_same_one_do_not_see_each_others_changes()
    {
        var table = RouteTable.Empty.Apply(1, Services(0, 1_000));

        var (left, right) = (table.Apply(2, Services(1_000, 1_000)), table.Apply(2, Services(2_000, 1_000)));

        Assert.Equal(
            ("NotFound", "/service1500/", "NotFound"),
            (table.Ask("/service1500"), left.Ask("/service1500"), right.Ask("/service1500")));
        Assert.Equal(
            ("NotFound", "NotFound", "/service2500/"),
            (table.Ask("/service2500"), left.Ask("/service2500"), right.Ask("/service2500")));
        Assert.Equal((1_000, 2_000, 2_000), (table.Count, left.Count, right.Count));
    }

    [Fact]
    public void A_bulk_change_that_fails_midway_leaves_the_table_as_it_was()
    {
        var table = RouteTable.Empty.Apply(1, Services(0, 1_000));
        var changes = Services(500, 1_000).Concat(
            Enumerable.Range(0, 1).Select<int, RouteTableChange>(
                _ => throw new InvalidDataException("the source broke off")));

        Assert.Throws<InvalidDataException>(() => table.Apply(2, changes));

        Assert.Equal(
            ("/service500/", "NotFound", 1_000), (table.Ask("/service500"), table.Ask("/service1200"), table.Count));
        Assert.Equal("/service1200/", table.Apply(2, Services(1_000, 500)).Ask("/service1200"));
    }

    [Fact]
    public void Parts_with_the_same_hash_are_kept_apart()
    {
        var (left, right) = Colliding();
        string[] rules = [$"/{left}/<x>", $"/{right}/<x>", $"/{left}/<x>/b", $"/{right}/a", $"/{left}"];

        var table = Routes.Of(rules);

        Assert.Equal($"/{left}/<x> x=text c", table.Ask($"/{left}/c"));
        Assert.Equal($"/{right}/<x> x=text c", table.Ask($"/{right}/c"));
        Assert.Equal($"/{left}/<x>/b x=text c", table.Ask($"/{left}/c/b"));
        Assert.Equal(
            ("NotFound", $"/{right}/a", $"/{left}"),
            (table.Ask($"/{right}/c/b"), table.Ask($"/{right}/a"), table.Ask($"/{left}")));
    }

    [Fact]
    public void Building_a_table_at_once_allocates_at_most_2500_bytes_per_entry()
    {
        var changes = Services(0, 20_000).ToArray();
        var before = GC.GetAllocatedBytesForCurrentThread();
        RouteTable.Empty.Apply(1, changes);
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / changes.Length, 1, 2_500);
    }

    private static IEnumerable<RouteTableChange> Services(int first, int count) =>
        Enumerable.Range(first, count).Select(id =>
        RouteTableChange.Put(
            new(
                $"fastapi.endpoint:{id}:/", [$"/service{id}/", $"/service{id}/<path:application_path>"],
                ["GET", "POST"])));

    // The hashes of text differ from process to process, so the test searches for a pair with the same hash; among so
    // many texts there are dozens.
    private static (string Left, string Right) Colliding()
    {
        var pair = Enumerable.Range(0, 500_000)
            .Select(number => $"part{number}")
            .GroupBy(text => string.GetHashCode(text.AsSpan()))
            .First(same => same.Count() > 1);
        return (pair.First(), pair.Last());
    }

    private RouteTableChange[] Changes() => [.. Enumerable.Range(0, Keys).Select(_ => Change())];

    private RouteTableChange Change()
    {
        var key = $"fastapi.endpoint:{_random.Next(Keys)}:";
        var source = new RuleSource(_random);
        return _random.Next(4) == 0
            ? RouteTableChange.Remove(key)
            : RouteTableChange.Put(
                new(key, [.. Enumerable.Range(0, _random.Next(4)).Select(_ => source.Rule())], source.Methods()));
    }

    private Request[] Requests(IEnumerable<RouteTableChange> changes)
    {
        var source = new RuleSource(_random);
        return [
            .. changes.SelectMany(change => change.Entry?.Rules ?? []).Select(
                rule => new Request(source.PathFor(rule), source.Method()))];
    }

    private static string Words(RouteTable table, IEnumerable<Request> requests) => string.Join('\n',
        requests.Select(request => Answer.Of(table, request))
            .Concat(table.Problems.Select(problem => $"{problem}"))
            .Concat(table.Entries.Select(entry => entry.Key).Order(StringComparer.Ordinal))
            .Append($"{table.Count}"));
}
