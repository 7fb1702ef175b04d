namespace EndpointSync.Grains.Sync.Planning;

/// <summary>What became of a foreign write.</summary>
internal enum ForeignWriteOutcome
{
    /// <summary>The endpoints declare the same, or have nothing to do with the rows.</summary>
    Adopted,

    /// <summary>The endpoints declare something else, so the sync overwrote the rows.</summary>
    Repaired,
}

/// <summary>A foreign write to routes, and its outcome in a sync.</summary>
internal sealed record ClassifiedWrite(PendingChange Change, ForeignWriteOutcome Outcome, IReadOnlyList<int> Repaired)
{
    /// <summary>The outcome as the database, the log and the API spell it.</summary>
    public string OutcomeText => Outcome == ForeignWriteOutcome.Adopted ? "adopted" : "repaired";

    /// <summary>
    /// Classifies recorded writes. The sync repaired what it overwrote and adopted what became part of the version; the
    /// other writes had no effect. A write that names no key, such as TRUNCATE, is the cause of every repair.
    /// </summary>
    /// <param name="recorded">The recorded changes.</param>
    /// <param name="done">The part of the plan that the sync carried out.</param>
    /// <param name="changes">The changes that make the version.</param>
    public static List<ClassifiedWrite> Classify(
        IEnumerable<PendingChange> recorded, SyncPlan done, IEnumerable<RouteChange> changes)
    {
        var written = done.Writes.Concat(done.Removals).Select(row => row.EndpointId!.Value).ToHashSet();
        var changed = changes.Select(change => change.Key).ToHashSet(StringComparer.Ordinal);
        return [
            .. recorded.Where(change => change.IsOfRoutes)
            .Select(change => Classify(change, written, changed))
            .OfType<ClassifiedWrite>()];
    }

    private static ClassifiedWrite? Classify(PendingChange change, HashSet<int> written, HashSet<string> changed)
    {
        if (change.Keys is not { } keys)
        {
            return written.Count > 0 ? new ClassifiedWrite(change, ForeignWriteOutcome.Repaired, [.. written])
                : changed.Count > 0 ? new ClassifiedWrite(change, ForeignWriteOutcome.Adopted, [])
                : null;
        }

        var repaired = keys.Select(RouteRow.EndpointIdOf).OfType<int>().Where(written.Contains).Distinct().ToList();
        return repaired.Count > 0 ? new ClassifiedWrite(change, ForeignWriteOutcome.Repaired, repaired)
            : Array.Exists(keys, changed.Contains) ? new ClassifiedWrite(change, ForeignWriteOutcome.Adopted, [])
            : null;
    }
}
