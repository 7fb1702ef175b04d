using EndpointSync.Grains.Sync;

namespace EndpointSync.Grains.Postgres;

/// <summary>What a sync has to look at: the endpoints and route rows that anybody touched, and those that depend on them.</summary>
internal sealed record DueChanges
{
    private IReadOnlySet<int> _disputed = new HashSet<int>();

    /// <summary>What is to be made current.</summary>
    public required ReloadScope Scope { get; init; }

    /// <summary>The endpoints.</summary>
    public required IReadOnlySet<int> EndpointIds { get; init; }

    /// <summary>The keys of route rows that were changed, other consumers' among them.</summary>
    public required IReadOnlySet<string> Keys { get; init; }

    /// <summary>Endpoints that stay as they are: edited ones that wait for a reload, and those whose next repair is put off.</summary>
    public required IReadOnlySet<int> Left { get; init; }

    /// <summary>Of <see cref="Left"/>, those that wait for a reload and are not noted as that.</summary>
    public IReadOnlySet<int> NotNoted { get; init; } = new HashSet<int>();

    /// <summary>Of <see cref="Left"/>, those whose repair is put off, and which only a full check, that is over then, has found.</summary>
    public IReadOnlySet<int> PutOff { get; init; } = new HashSet<int>();

    /// <summary>The noted changes that this sync deals with.</summary>
    public required IReadOnlyList<PendingChange> Noted { get; init; }

    /// <summary>Whether not only what was noted has to be looked at.</summary>
    public bool NeedsFullCheck => Noted.Any(change => change.IsEverything);

    /// <summary>The ids of <see cref="Noted"/>.</summary>
    public long[] NotedIds => [.. Noted.Select(change => change.Id)];

    /// <summary>Sorts what was noted.</summary>
    /// <param name="noted">Everything noted.</param>
    /// <param name="quarantined">Endpoints that cannot be routed; what the sync changes may be what kept them out.</param>
    /// <param name="disputed">Endpoints whose next repair is put off; a reload of everything repairs them all the same.</param>
    /// <param name="scope">What is to be made current.</param>
    public static DueChanges Of(IReadOnlyList<PendingChange> noted, IEnumerable<int> quarantined, IReadOnlySet<int> disputed, ReloadScope scope)
    {
        if (scope == ReloadScope.Everything)
        {
            return Of(noted, quarantined.Concat(noted.SelectMany(EndpointsOf)), [], scope);
        }

        var due = noted.Where(change => !(change.Waits || change.IsYoung || EndpointsOf(change).Any(disputed.Contains))).ToList();
        var touched = due.SelectMany(EndpointsOf).ToHashSet();
        var left = noted.Where(change => change.Waits).SelectMany(EndpointsOf).Except(touched).Concat(disputed).ToHashSet();
        return Of(due, touched.Concat(quarantined.Except(left)), left, scope) with { _disputed = disputed };
    }

    /// <summary>These and what a full check found.</summary>
    public DueChanges With(FullCheck check, IEnumerable<int> quarantined)
    {
        var waiting = Scope == ReloadScope.Everything ? [] : check.Waiting.Except(EndpointIds).Except(quarantined).ToHashSet();
        var due = check.EndpointIds.Except(waiting).Except(Left);
        return this with
        {
            EndpointIds = EndpointIds.Union(due).ToHashSet(),
            Keys = Keys.Union(check.Keys.Where(key => RouteRow.EndpointIdOf(key) is not { } id || !Left.Contains(id))).ToHashSet(StringComparer.Ordinal),
            Left = Left.Union(waiting).ToHashSet(),
            NotNoted = waiting.Except(Left.Except(_disputed)).ToHashSet(),
            PutOff = check.EndpointIds.Except(check.Waiting).Intersect(_disputed).ToHashSet(),
        };
    }

    /// <summary>These without endpoints that have to wait for others, which wait for a reload.</summary>
    public DueChanges Without(IReadOnlyCollection<int> heldBack, IEnumerable<int> quarantined) => this with
    {
        Left = Left.Union(heldBack).ToHashSet(),
        NotNoted = NotNoted.Union(heldBack.Except(quarantined)).ToHashSet(),
    };

    private static DueChanges Of(IReadOnlyList<PendingChange> due, IEnumerable<int> endpointIds, HashSet<int> left, ReloadScope scope) => new()
    {
        Scope = scope,
        EndpointIds = endpointIds.ToHashSet(),
        Keys = due.SelectMany(change => change.Keys ?? []).ToHashSet(StringComparer.Ordinal),
        Left = left,
        Noted = due,
    };

    private static IEnumerable<int> EndpointsOf(PendingChange change) =>
        (change.EndpointIds ?? []).Concat((change.Keys ?? []).Select(RouteRow.EndpointIdOf).OfType<int>());
}
