using EndpointSync.Tests.Torture.Histories;

namespace EndpointSync.Tests.Torture.Checking.Rules;

/// <summary>
/// A version names one table and has its hash, versions only grow on each timeline, and a number that was served is not
/// given to another table after a promotion.
/// </summary>
internal sealed class VersionsRule : IRule
{
    private const string Name = "version and rows are one";

    public IEnumerable<Violation> Check(History history)
    {
        foreach (var timeline in history.Of<VersionSeen>().GroupBy(seen => seen.Timeline))
        {
            foreach (var violation in CheckTimeline([.. timeline.OrderBy(seen => seen.End)]))
            {
                yield return violation;
            }
        }

        foreach (var violation in history.Promotions.SelectMany(promotion => CheckPromotion(history, promotion)))
        {
            yield return violation;
        }
    }

    private static IEnumerable<Violation> CheckTimeline(List<VersionSeen> seen)
    {
        var tables = new Dictionary<long, VersionSeen>();
        VersionSeen? before = null;
        foreach (var one in seen)
        {
            if (before is not null && one.Version < before.Version)
            {
                yield return Violation.Of(
                    Name, $"version {one.Version} came after {before.Version}", before.OnlySlot(-1), one.OnlySlot(-1));
            }

            if (tables.TryGetValue(one.Version, out var other) && other.Hash != one.Hash)
            {
                yield return Violation.Of(
                    Name, $"version {one.Version} names two tables", Differing(other, one), Differing(one, other));
            }

            if (one.Computed is not null && one.Computed != one.Hash)
            {
                yield return Violation.Of(
                    Name, $"version {one.Version} has the hash {one.Hash}, and its routes have {one.Computed}",
                    one.OnlySlot(-1));
            }

            tables.TryAdd(one.Version, one);
            before = one;
        }
    }

    // A number that nobody served may be given out again.
    private static IEnumerable<Violation> CheckPromotion(History history, Promotion promotion) =>
        from after in history.Of<VersionSeen>().Where(seen => seen.Timeline == promotion.Timeline)
        let before = history.Find(promotion.Timeline - 1, after.Version)
        where before is not null && before.Hash != after.Hash
        let served = history.Of<WorkerAnswer>().FirstOrDefault(
            answer => answer.Version == after.Version && answer.End < promotion.Start)
        where served is not null
        select Violation.Of(
            Name, $"version {after.Version} was served, was lost, and names another table now",
            Differing(before, after), served, Differing(after, before));

    private static VersionSeen Differing(VersionSeen one, VersionSeen other) => one.Only(
        route => !other.Table.TryGetValue(route.Key, out var found) || found != route.Value);
}
