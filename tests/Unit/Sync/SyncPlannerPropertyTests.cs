using EndpointSync.Grains.Sync.Planning;
using static EndpointSync.Tests.Unit.Sync.Declared;

namespace EndpointSync.Tests.Unit.Sync;

public sealed class SyncPlannerPropertyTests(ITestOutputHelper output)
{
    private const int Registries = 2_000;

    private static readonly string[] Paths = ["/a", "/a/", "b", "/b/c", "/web", "", "/x y", "/é", "/a?b"];

    private static readonly string[] ForeignKeys =
    [
        "endpoint.endpoint:5:/demo", "fastapi.endpoint:07:/x", "fastapi.endpoint:x", "shopfloor:1",
        "fastapi.endpoint:",
    ];

    [Fact]
    public void After_a_plan_is_applied_the_next_one_is_empty_and_no_plan_touches_a_foreign_row()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"Seed {seed}");
        var random = new Random(seed);
        for (var round = 0; round < Registries; round++)
        {
            var endpoints = Enumerable.Range(1, 12)
                .Where(_ => random.Next(3) > 0)
                .Select(id => RandomEndpoint(random, id))
                .ToList();
            var rows = Enumerable.Range(0, 15).Select(_ => RandomRow(random)).DistinctBy(row => row.Key).ToList();

            var plan = SyncPlanner.Plan(endpoints, rows);
            var again = SyncPlanner.Plan(Marked(endpoints, plan), Written(rows, plan));

            var found = $"seed {seed}, round {round}";
            Assert.DoesNotContain(plan.Writes.Concat(plan.Removals), row => row.EndpointId is null);
            Assert.True(again.IsEmpty, found);
            Assert.True(again.Rejected.SequenceEqual(plan.Rejected), found);
            Assert.True(ForeignIn(rows).SequenceEqual(ForeignIn(Written(rows, plan))), found);
        }
    }

    [Fact]
    public void The_order_of_endpoints_and_rows_does_not_change_the_result()
    {
        var seed = Random.Shared.Next();
        output.WriteLine($"Seed {seed}");
        var random = new Random(seed);
        for (var round = 0; round < Registries / 10; round++)
        {
            var endpoints = Enumerable.Range(1, 12).Select(id => RandomEndpoint(random, id)).ToArray();
            var rows = Enumerable.Range(0, 15).Select(_ => RandomRow(random)).DistinctBy(row => row.Key).ToArray();
            var plan = SyncPlanner.Plan(endpoints, rows);
            random.Shuffle(endpoints);
            random.Shuffle(rows);

            var shuffled = SyncPlanner.Plan(endpoints, rows);

            Assert.Equal(Sorted(Written(rows, plan)), Sorted(Written(rows, shuffled)));
            Assert.Equal(plan.Rejected, shuffled.Rejected);
        }
    }

    private static EndpointRow RandomEndpoint(Random random, int id) =>
        new(
            id, $"endpoint {id}", random.GetItems(Paths, 1)[0], random.Next(4) > 0, random.Next(2) > 0,
            random.Next(2) > 0);

    private static RouteRow RandomRow(Random random) => random.Next(4) switch
    {
        0 => Foreign(random.GetItems(ForeignKeys, 1)[0]),
        1 => Foreign($"fastapi.endpoint:{random.Next(1, 16)}:/old"),
        _ => ExpectedRoute.For(random.Next(1, 16), random.GetItems(Paths, 1)[0], random.Next(2) > 0),
    };

    private static List<EndpointRow> Marked(IEnumerable<EndpointRow> endpoints, SyncPlan plan) =>
    [
        .. endpoints.Select(endpoint => endpoint with
        {
            RegistrySync = plan.MarkSynced.Contains(endpoint.Id)
                || (endpoint.RegistrySync && !plan.MarkUnsynced.Contains(endpoint.Id)),
        }),
    ];

    private static List<RouteRow> Written(IEnumerable<RouteRow> rows, SyncPlan plan)
    {
        var gone = plan.Removals.Concat(plan.Writes).Select(row => row.Key).ToHashSet();
        return [.. rows.Where(row => !gone.Contains(row.Key)), .. plan.Writes];
    }

    private static IEnumerable<RouteRow> ForeignIn(IEnumerable<RouteRow> rows) =>
        rows.Where(row => row.EndpointId is null);

    private static IEnumerable<RouteRow> Sorted(IEnumerable<RouteRow> rows) =>
        rows.OrderBy(row => row.Key, StringComparer.Ordinal);
}
