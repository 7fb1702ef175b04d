using EndpointSync.Grains.Sync;

namespace EndpointSync.Grains.Postgres;

/// <summary>What another writer did to routes, and what a sync made of it.</summary>
internal sealed record JudgedWrite(PendingChange Change, string Verdict, IReadOnlyList<int> Repaired)
{
    /// <summary>Judges what was noted: what the sync wrote over was wrong, what it made a version of was right, and the rest came to nothing.</summary>
    /// <param name="noted">What was noted.</param>
    /// <param name="done">What the sync wrote.</param>
    /// <param name="changes">What the version is made of.</param>
    public static List<JudgedWrite> Judge(IEnumerable<PendingChange> noted, SyncPlan done, IEnumerable<RouteChange> changes)
    {
        var written = done.Writes.Concat(done.Removals).Select(row => row.EndpointId!.Value).ToHashSet();
        var changed = changes.Select(change => change.Key).ToHashSet(StringComparer.Ordinal);
        return [.. noted.Where(change => change.IsOfRoutes).Select(change => Judge(change, written, changed)).OfType<JudgedWrite>()];
    }

    private static JudgedWrite? Judge(PendingChange change, HashSet<int> written, HashSet<string> changed)
    {
        if (change.Keys is not { } keys)
        {
            return written.Count > 0 ? new JudgedWrite(change, "repaired", []) : changed.Count > 0 ? new JudgedWrite(change, "adopted", []) : null;
        }

        var repaired = keys.Select(RouteRow.EndpointIdOf).OfType<int>().Where(written.Contains).Distinct().ToList();
        return repaired.Count > 0 ? new JudgedWrite(change, "repaired", repaired)
            : Array.Exists(keys, changed.Contains) ? new JudgedWrite(change, "adopted", [])
            : null;
    }
}
