using EndpointSync.Grains.Sync;

namespace EndpointSync.Grains.Postgres;

/// <summary>What a sync made of others' routes.</summary>
internal enum Verdict
{
    /// <summary>The endpoints say the same, or do not concern the rows.</summary>
    Adopted,

    /// <summary>The endpoints say something else.</summary>
    Repaired,
}

/// <summary>What another writer did to routes, and what a sync made of it.</summary>
internal sealed record JudgedWrite(PendingChange Change, Verdict Verdict, IReadOnlyList<int> Repaired)
{
    /// <summary>The verdict as the database, the log and the API have it.</summary>
    public string VerdictText => Verdict == Verdict.Adopted ? "adopted" : "repaired";

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
            return written.Count > 0 ? new JudgedWrite(change, Verdict.Repaired, []) : changed.Count > 0 ? new JudgedWrite(change, Verdict.Adopted, []) : null;
        }

        var repaired = keys.Select(RouteRow.EndpointIdOf).OfType<int>().Where(written.Contains).Distinct().ToList();
        return repaired.Count > 0 ? new JudgedWrite(change, Verdict.Repaired, repaired)
            : Array.Exists(keys, changed.Contains) ? new JudgedWrite(change, Verdict.Adopted, [])
            : null;
    }
}
