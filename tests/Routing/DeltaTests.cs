using EndpointSync.Routing;
using EndpointSync.Tests.Routing.Differential;

namespace EndpointSync.Tests.Routing;

/// <summary>Tables made by changes, compared with tables made at once.</summary>
public sealed class DeltaTests(ITestOutputHelper output)
{
    private readonly Request[] _asked =
    [
        new("/a", "GET"), new("/a/b", "POST"), new("/1/b/", "GET"), new("/12", "PUT"), new("/ab/a/b", "GET"),
        new("/", "HEAD"),
    ];

    private readonly Random _random = new(Seed.Value);
    private readonly Dictionary<string, RouteEntry> _entries = [];
    private readonly List<(RouteTable Table, string Words)> _versions = [];

    [Fact]
    public void Any_sequence_of_changes_makes_the_table_that_its_entries_make_at_once()
    {
        output.WriteLine(Seed.Words);
        for (var sequence = 0; sequence < 30 * Seed.Factor; sequence++)
        {
            ApplyChanges();
        }
    }

    [Fact]
    public void The_last_change_of_a_key_counts()
    {
        var (first, last) = (RouteTableChange.Put(Routes.Entry(1, "/a")), RouteTableChange.Put(Routes.Entry(1, "/b")));
        var table = RouteTable.Empty.Apply(5, [first, last, RouteTableChange.Remove("2")]);
        Assert.Equal(("NotFound", "/b", 1, 5L), (table.Ask("/a"), table.Ask("/b"), table.Count, table.Version));
        Assert.Equal(0, table.Apply(5, [RouteTableChange.Remove("1")]).Count);
    }

    [Fact]
    public void A_change_of_a_table_to_an_earlier_version_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => RouteTable.Empty.Apply(2, []).Apply(1, []));

    private void ApplyChanges()
    {
        _entries.Clear();
        _versions.Clear();
        var table = RouteTable.Empty;
        for (var version = 1; version <= 40; version++)
        {
            table = table.Apply(version, Enumerable.Range(0, _random.Next(1, 6)).Select(_ => Change()).ToList());
            var requests = Requests();
            var atOnce = RouteTable.Empty.Apply(version, _entries.Values.Select(RouteTableChange.Put));
            Assert.True(Words(table, requests) == Words(atOnce, requests), Seed.Words);
            _versions.Add((table, Words(table, _asked)));
        }

        Assert.All(_versions, version => Assert.Equal(version.Words, Words(version.Table, _asked)));
    }

    private RouteTableChange Change()
    {
        var key = $"fastapi.endpoint:{_random.Next(12)}:";
        if (_random.Next(3) == 0)
        {
            _entries.Remove(key);
            return RouteTableChange.Remove(key);
        }

        var source = new RuleSource(_random);
        return RouteTableChange.Put(
            _entries[key] = new(
                key, [.. Enumerable.Range(0, _random.Next(4)).Select(_ => source.Rule())], source.Methods()));
    }

    private Request[] Requests()
    {
        var source = new RuleSource(_random);
        return [
            .. _entries.Values.SelectMany(entry => entry.Rules).Select(
                rule => new Request(source.PathFor(rule), source.Method())),
            .. _asked];
    }

    private static string Words(RouteTable table, IEnumerable<Request> requests) => string.Join('\n',
        requests.Select(request => Answer.Of(table, request))
            .Concat(table.Problems.Select(problem => $"{problem}"))
            .Concat(table.FindOverlaps().Select(Words)));

    private static string Words(RouteOverlap overlap) =>
        $"{overlap.Kind} {overlap.First.Key} {overlap.FirstRule} {overlap.Second.Key} {overlap.SecondRule}";
}
