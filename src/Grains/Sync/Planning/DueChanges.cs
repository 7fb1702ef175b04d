namespace EndpointSync.Grains.Sync.Planning;

/// <summary>The work of a sync: the touched endpoints and route rows, and the endpoints that depend on them.</summary>
internal sealed record DueChanges
{
    private IReadOnlySet<int> _backedOff = new HashSet<int>();

    /// <summary>What is to be made current.</summary>
    public required ReloadScope Scope { get; init; }

    /// <summary>The endpoints.</summary>
    public required IReadOnlySet<int> EndpointIds { get; init; }

    /// <summary>The keys of route rows that were changed, other consumers' among them.</summary>
    public required IReadOnlySet<string> Keys { get; init; }

    /// <summary>
    /// Endpoints that the sync leaves as they are: edited ones that wait for a reload, and those in repair backoff.
    /// </summary>
    public required IReadOnlySet<int> Left { get; init; }

    /// <summary>Of <see cref="Left"/>, those that wait for a reload without a record of that.</summary>
    public IReadOnlySet<int> Unrecorded { get; init; } = new HashSet<int>();

    /// <summary>
    /// Of <see cref="Left"/>, those in repair backoff that only a full check found. The sync records them, because the
    /// record of that check is deleted.
    /// </summary>
    public IReadOnlySet<int> BackedOff { get; init; } = new HashSet<int>();

    /// <summary>The recorded changes that this sync deals with.</summary>
    public required IReadOnlyList<PendingChange> Recorded { get; init; }

    /// <summary>Whether the recorded changes are not enough, so that the whole registry must be checked.</summary>
    public bool NeedsFullCheck => Recorded.Any(change => change.IsEverything);

    /// <summary>The ids of <see cref="Recorded"/>.</summary>
    public long[] RecordedIds => [.. Recorded.Select(change => change.Id)];

    /// <summary>Sorts the recorded changes.</summary>
    /// <param name="recorded">All recorded changes.</param>
    /// <param name="quarantined">Endpoints that cannot be routed; a change of this sync may free them.</param>
    /// <param name="backedOff">Endpoints in repair backoff; a reload of everything repairs them all the same.</param>
    /// <param name="scope">What is to be made current.</param>
    public static DueChanges Of(
        IReadOnlyList<PendingChange> recorded, IEnumerable<int> quarantined, IReadOnlySet<int> backedOff,
        ReloadScope scope)
    {
        if (scope == ReloadScope.Everything)
        {
            return Of(recorded, quarantined.Concat(recorded.SelectMany(EndpointsOf)), [], scope);
        }

        var due = recorded
            .Where(change => !(change.AwaitsReload || change.IsRecent || EndpointsOf(change).Any(backedOff.Contains)))
            .ToList();
        var touched = due.SelectMany(EndpointsOf).ToHashSet();
        var left = recorded.Where(change => change.AwaitsReload)
            .SelectMany(EndpointsOf)
            .Except(touched)
            .Concat(backedOff)
            .ToHashSet();
        return Of(due, touched.Concat(quarantined.Except(left)), left, scope) with { _backedOff = backedOff };
    }

    /// <summary>These changes, and what a full check found.</summary>
    public DueChanges With(FullCheckResult check, IEnumerable<int> quarantined)
    {
        var waiting = Scope == ReloadScope.Everything
            ? []
            : check.Waiting.Except(EndpointIds).Except(quarantined).ToHashSet();
        var due = check.EndpointIds.Except(waiting).Except(Left);
        return this with
        {
            EndpointIds = EndpointIds.Union(due).ToHashSet(),
            Keys = Keys.Union(
                check.Keys.Where(
                    key => RouteRow.EndpointIdOf(key) is not { } id
                        || !Left.Contains(id))).ToHashSet(StringComparer.Ordinal),
            Left = Left.Union(waiting).ToHashSet(),
            Unrecorded = waiting.Except(Left.Except(_backedOff)).ToHashSet(),
            BackedOff = check.EndpointIds.Except(check.Waiting).Intersect(_backedOff).ToHashSet(),
        };
    }

    /// <summary>These changes without the endpoints that are held back by others that wait for a reload.</summary>
    public DueChanges Without(IReadOnlyCollection<int> heldBack, IEnumerable<int> quarantined) => this with
    {
        Left = Left.Union(heldBack).ToHashSet(),
        Unrecorded = Unrecorded.Union(heldBack.Except(quarantined)).ToHashSet(),
    };

    private static DueChanges Of(
        IReadOnlyList<PendingChange> due, IEnumerable<int> endpointIds, HashSet<int> left, ReloadScope scope) => new()
        {
            Scope = scope,
            EndpointIds = endpointIds.ToHashSet(),
            Keys = due.SelectMany(change => change.Keys ?? []).ToHashSet(StringComparer.Ordinal),
            Left = left,
            Recorded = due,
        };

    private static IEnumerable<int> EndpointsOf(PendingChange change) =>
        (change.EndpointIds ?? []).Concat((change.Keys ?? []).Select(RouteRow.EndpointIdOf).OfType<int>());
}
