namespace EndpointSync.Grains.Sync.Planning;

/// <summary>The effect of one statement of another writer on a registry's tables.</summary>
/// <param name="Id">The row's id.</param>
/// <param name="AwaitsReload">Whether it is an edit of endpoints, which waits for a reload.</param>
/// <param name="IsAnnouncement">Whether it set endpoints' flags, and so announced that their routes are published.
/// </param>
/// <param name="IsRecent">Whether it set endpoints' flags so recently that the routes it promises may still be on their
/// way.</param>
/// <param name="EndpointIds">The endpoints that it edited.</param>
/// <param name="Keys">The route rows that it changed.</param>
/// <param name="Operation">The statement.</param>
/// <param name="ChangedAt">When it ran.</param>
/// <param name="Writer">Who ran it.</param>
/// <param name="Locked">Whether the writer held the registry's lock; null where the lock is not needed.</param>
internal sealed record PendingChange(
    long Id, bool AwaitsReload, bool IsAnnouncement, bool IsRecent, int[]? EndpointIds, string[]? Keys,
    string Operation, DateTimeOffset ChangedAt, ForeignWriter Writer, bool? Locked)
{
    // The operation of the rows that syncs add, see PendingChanges.sql.
    private const string Left = "LEFT";

    /// <summary>Whether a look left it alone already.</summary>
    public bool IsSeen { get; init; }

    /// <summary>Whether it is left alone while its writer is at work.</summary>
    public bool IsProtected { get; init; }

    /// <summary>Whether it is protected and its writer is in its next transaction.</summary>
    public bool IsWriterAtWork { get; init; }

    /// <summary>Whether more records of routes exist than one look reads.</summary>
    public bool IsFollowed { get; init; }

    /// <summary>Whether it may have changed any row.</summary>
    public bool IsEverything => EndpointIds is null && Keys is null;

    /// <summary>Whether another writer edited endpoints; not what an earlier sync left.</summary>
    public bool IsEdit => AwaitsReload && Operation != Left;

    /// <summary>Whether it changed routes.</summary>
    public bool IsOfRoutes => Locked is not null;

    /// <summary>The endpoints that it edited, or whose rows it changed.</summary>
    public IEnumerable<int> Endpoints =>
        (EndpointIds ?? []).Concat((Keys ?? []).Select(RouteRow.EndpointIdOf).OfType<int>());
}
