using EndpointSync.Tests.Torture.Histories;

namespace EndpointSync.Tests.Torture.Checking.Rules;

/// <summary>
/// The counts of a receipt, and of each version in the history, are those of the difference between the tables.
/// </summary>
internal sealed class ReceiptsRule : IRule
{
    private const string Name = "receipts add up";

    public IEnumerable<Violation> Check(History history) => history.Of<VersionSeen>()
        .DistinctBy(seen => (seen.Timeline, seen.Version))
        .SelectMany(seen => CheckVersion(history, seen))
        .Concat(history.Of<Reload>()
            .Where(reload => reload.Outcome == "Synced")
            .SelectMany(reload => CheckReceipt(history, reload)));

    private static IEnumerable<Violation> CheckVersion(History history, VersionSeen seen)
    {
        if (seen.Transaction.Length > 0 && history.Find(seen.Timeline, seen.Version - 1) is { } before)
        {
            var found = Difference(before, seen);
            if (found != (seen.Added, seen.Changed, seen.Removed))
            {
                yield return Violation.Of(
                    Name, $"version {seen.Version} says {(seen.Added, seen.Changed, seen.Removed)} added, changed and "
                    + $"removed, and its routes say {found}", Differing(before, seen), Differing(seen, before));
            }
        }
    }

    private static IEnumerable<Violation> CheckReceipt(History history, Reload reload)
    {
        if (history.TimelineOf(reload) is not { } timeline
            || history.Find(timeline, reload.Previous) is not { } before
            || history.Find(timeline, reload.Version) is not { } after)
        {
            yield break;
        }

        // The parts of a large sync have versions of their own, and one receipt.
        var found = Difference(before, after);
        if (after.Version <= before.Version + 1 && found != (reload.Added, reload.Changed, reload.Removed))
        {
            yield return Violation.Of(
                Name, $"the receipt of version {reload.Version} says {(reload.Added, reload.Changed, reload.Removed)} "
                + $"added, changed and removed, and the tables say {found}", reload,
                Differing(before, after), Differing(after, before));
        }

        // One that only brings spoilt rows back to what the newest version has makes no version of its own.
        if (after.Version < before.Version)
        {
            yield return Violation.Of(Name, $"a sync led from {before.Version} to {after.Version}", reload);
        }
    }

    private static VersionSeen Differing(VersionSeen one, VersionSeen other) => one.Only(
        route => !other.Table.TryGetValue(route.Key, out var found) || found != route.Value);

    private static (int Added, int Changed, int Removed) Difference(VersionSeen before, VersionSeen after) => (
        after.Table.Keys.Count(key => !before.Table.ContainsKey(key)),
        after.Table.Count(route => before.Table.TryGetValue(route.Key, out var was) && was != route.Value),
        before.Table.Keys.Count(key => !after.Table.ContainsKey(key)));
}
