namespace EndpointSync.Grains.Sync.Planning;

/// <summary>
/// The work of a sync: the touched endpoints and route rows, and the endpoints that depend on them. What takes
/// precedence for an endpoint is the table in docs/protocol.md, "Precedence".
/// </summary>
internal sealed record DueChanges
{
    // One sync adopts so many rows of other consumers, and the next one more.
    private const int MostForeignKeys = 50_000;

    private IReadOnlySet<int> _backedOff = new HashSet<int>();
    private IReadOnlySet<int> _staying = new HashSet<int>();
    private IReadOnlyList<PendingChange> _recordedForLastPart = [];

    /// <summary>What is to be made current.</summary>
    public required ReloadScope Scope { get; init; }

    /// <summary>The endpoints.</summary>
    public required IReadOnlySet<int> EndpointIds { get; init; }

    /// <summary>The keys of route rows that were changed, other consumers' among them.</summary>
    public required IReadOnlySet<string> Keys { get; init; }

    /// <summary>
    /// Endpoints whose declaration the sync ignores: edited ones that wait for a reload, those whose routes are being
    /// written by the writer that announced them, and those in repair backoff.
    /// </summary>
    public required IReadOnlySet<int> Left { get; init; }

    /// <summary>Of <see cref="Left"/>, those that wait for a reload.</summary>
    public IReadOnlySet<int> Waiting { get; init; } = new HashSet<int>();

    /// <summary>
    /// Of <see cref="Left"/>, those whose rows were touched and go back to what the newest version says. Rows in
    /// backoff stay as they are.
    /// </summary>
    public IReadOnlySet<int> Restored { get; init; } = new HashSet<int>();

    /// <summary>Of <see cref="Left"/>, those that wait for a reload without a record of that.</summary>
    public IReadOnlySet<int> Unrecorded { get; init; } = new HashSet<int>();

    /// <summary>
    /// Of <see cref="Left"/>, those in repair backoff that only a full check found. The sync records them, because the
    /// record of that check is deleted.
    /// </summary>
    public IReadOnlySet<int> BackedOff { get; init; } = new HashSet<int>();

    /// <summary>Whether an endpoint's routes in the version stay as they are, whatever its rows say.</summary>
    public bool Keeps(int id) => Left.Contains(id) && !Restored.Contains(id);

    /// <summary>
    /// The changes whose writer is in its next transaction, which a write of ours could make fail. Their endpoints are
    /// in <see cref="Left"/>.
    /// </summary>
    public IReadOnlyList<PendingChange> AtWork { get; init; } = [];

    /// <summary>The changes that are left alone for the first time.</summary>
    public IReadOnlyList<PendingChange> FirstLeft { get; init; } = [];

    /// <summary>The recorded changes that this sync deals with.</summary>
    public required IReadOnlyList<PendingChange> Recorded { get; init; }

    /// <summary>The processes whose next transaction a write of these changes could make fail.</summary>
    public IReadOnlySet<int> Writers =>
        Recorded.Concat(_recordedForLastPart).Where(change => change.IsProtected)
            .Select(change => change.Writer.ProcessId)
            .ToHashSet();

    /// <summary>
    /// Whether another look follows, because there is more than one look deals with: recorded changes, or rows of other
    /// consumers that a full check found.
    /// </summary>
    public bool HasMore { get; init; }

    /// <summary>Whether the recorded changes are not enough, so that the whole registry must be checked.</summary>
    public bool NeedsFullCheck => Recorded.Any(change => change.IsEverything);

    /// <summary>
    /// Records of edits that say no more than later ones: their endpoints were edited again, or announced.
    /// </summary>
    public IReadOnlyList<long> Superseded { get; init; } = [];

    /// <summary>The ids of <see cref="Recorded"/>.</summary>
    public long[] RecordedIds => [.. Recorded.Select(change => change.Id)];

    /// <summary>Sorts the recorded changes.</summary>
    /// <param name="recorded">All recorded changes. In the scope of routes, an edit names the endpoints.</param>
    /// <param name="quarantined">Endpoints that cannot be routed; a change of this sync may free them.</param>
    /// <param name="backedOff">Endpoints in repair backoff; a reload of everything repairs them all the same.</param>
    /// <param name="scope">What is to be made current.</param>
    public static DueChanges Of(
        IReadOnlyList<PendingChange> recorded, IEnumerable<int> quarantined, IReadOnlySet<int> backedOff,
        ReloadScope scope)
    {
        if (scope == ReloadScope.Everything)
        {
            return OfEverything(recorded, quarantined);
        }

        var due = recorded
            .Where(change => !change.AwaitsReload && !change.IsRecent && IsDue(change, backedOff))
            .ToList();
        var touched = due.SelectMany(change => change.Endpoints).Except(backedOff).ToHashSet();
        var edits = new EditOrder(recorded);
        var waiting = edits.Waiting();
        var recent = recorded.Where(change => change.IsAnnouncement && change.IsRecent).ToList();
        var announced = recent.SelectMany(change => change.Endpoints).Except(touched);
        var left = waiting.Concat(announced).Concat(backedOff).ToHashSet();
        return new DueChanges
        {
            Scope = scope,
            EndpointIds = touched.Concat(quarantined.Except(left)).ToHashSet(),
            Keys = KeysOf(due).Where(key => !IsOf(key, backedOff)).ToHashSet(StringComparer.Ordinal),
            Left = left,
            Waiting = waiting,
            Restored = waiting.Intersect(touched).ToHashSet(),
            FirstLeft = [.. recent.Where(change => !change.IsSeen)],
            HasMore = due.Exists(change => change.IsFollowed),
            Recorded = due,
            Superseded = edits.Superseded(),
            _backedOff = backedOff,
            _staying = backedOff,
        };
    }

    /// <summary>These changes, and what a full check found.</summary>
    public DueChanges With(FullCheckResult check, IEnumerable<int> quarantined)
    {
        var foreign = check.Keys.Where(key => RouteRow.EndpointIdOf(key) is null).ToList();
        if (foreign.Count > MostForeignKeys)
        {
            // What asked for the check stays recorded until one finds no more than that.
            var most = this with { HasMore = true, Recorded = [.. Recorded.Where(change => !change.IsEverything)] };
            return most.With(check with { Keys = [.. check.Keys.Except(foreign.Skip(MostForeignKeys))] }, quarantined);
        }

        if (Scope == ReloadScope.Everything)
        {
            return this with
            {
                EndpointIds = EndpointIds.Union(check.EndpointIds.Except(Left)).ToHashSet(),
                Keys = Keys.Union(check.Keys.Where(key => !IsOf(key, Left))).ToHashSet(StringComparer.Ordinal),
            };
        }

        var changed = check.Keys.Select(RouteRow.EndpointIdOf).OfType<int>().ToHashSet();
        var unrecorded = check.Unflagged.Except(EndpointIds).Except(quarantined).Except(Waiting).ToHashSet();
        var waiting = Waiting.Union(unrecorded).ToHashSet();
        var left = Left.Union(unrecorded).ToHashSet();
        var restored = Restored.Union(waiting.Intersect(changed).Except(_backedOff)).ToHashSet();
        return this with
        {
            EndpointIds = EndpointIds.Union(check.EndpointIds.Except(left)).Union(restored).ToHashSet(),
            Keys = Keys.Union(check.Keys.Where(key => !IsOf(key, left) || IsOf(key, restored)))
                .ToHashSet(StringComparer.Ordinal),
            Left = left,
            Waiting = waiting,
            Restored = restored,
            Unrecorded = unrecorded,
            BackedOff = check.EndpointIds.Where(id => changed.Contains(id) || !check.Unflagged.Contains(id))
                .Intersect(_backedOff)
                .ToHashSet(),
        };
    }

    /// <summary>
    /// The endpoints whose rows or flags a pin may have to bring back: those that other writers touched, and those that
    /// a full check found. What its writer has announced and is writing is left alone, and so is what is in backoff.
    /// </summary>
    /// <param name="check">The full check; null if there was none.</param>
    public HashSet<int> UnderPin(FullCheckResult? check) =>
        [.. EndpointIds.Concat(check?.EndpointIds ?? EndpointIds).Except(Left.Except(Waiting)).Except(_backedOff)];

    /// <summary>
    /// The part of these changes that concerns some endpoints. Every record stays: it is deleted with the last part.
    /// </summary>
    public DueChanges Part(IReadOnlySet<int> ids) => this with
    {
        EndpointIds = ids,
        Keys = Keys.Where(key => IsOf(key, ids)).ToHashSet(StringComparer.Ordinal),
        Restored = Restored.Intersect(ids).ToHashSet(),
        Unrecorded = new HashSet<int>(),
        BackedOff = new HashSet<int>(),
        AtWork = [],
        Recorded = [],
        _recordedForLastPart =
        [
            .. Recorded.Where(change => change.IsEverything || change.Endpoints.Any(ids.Contains)),
        ],
        Superseded = [],
    };

    /// <summary>The last part of these changes: everything but what the other parts were about.</summary>
    public DueChanges Rest(IReadOnlySet<int> done) => this with
    {
        EndpointIds = EndpointIds.Except(done).ToHashSet(),
        Keys = Keys.Where(key => !IsOf(key, done)).ToHashSet(StringComparer.Ordinal),
        Restored = Restored.Except(done).ToHashSet(),
    };

    /// <summary>
    /// These changes, given what was recorded since. An edit that came meanwhile waits for its own reload. What was
    /// announced meanwhile is being written by its writer.
    /// </summary>
    /// <param name="recorded">All recorded changes now. Each edit names its endpoints.</param>
    /// <param name="touched">The endpoints that the sync is about.</param>
    public DueChanges Since(IReadOnlyList<PendingChange> recorded, IReadOnlySet<int> touched)
    {
        var edits = new EditOrder(recorded);
        var waiting = edits.Waiting();
        var announced = Waiting.Except(waiting)
            .Where(id => !Unrecorded.Contains(id) || edits.IsAnnounced(id))
            .ToHashSet();
        var edited = waiting.Except(Left).ToHashSet();
        return this with
        {
            Left = Left.Union(edited).ToHashSet(),
            Waiting = Waiting.Except(announced).Union(edited).ToHashSet(),
            Restored = Restored.Except(announced).Union(edited.Intersect(touched)).ToHashSet(),
            Unrecorded = Unrecorded.Except(announced).ToHashSet(),
            _staying = _staying.Union(announced).ToHashSet(),
        };
    }

    /// <summary>
    /// These changes as far as the endpoints themselves allow. A waiting endpoint whose writer published it, rows and
    /// all, no longer waits. An endpoint whose root path another one keeps is left too. If only a repair backoff keeps
    /// the path, its record stays as it is, because no reload is needed to end that.
    /// </summary>
    /// <param name="scan">The endpoints.</param>
    /// <param name="quarantined">Endpoints that cannot be routed. They need no record.</param>
    public DueChanges Given(EndpointScan scan, IEnumerable<int> quarantined)
    {
        var published = scan.PublishedByWriter(Restored, Left);
        var left = Left.Except(published).ToHashSet();
        var heldBack = scan.HeldBack(left);
        var restored = Scope == ReloadScope.Routes && Left.Overlaps(scan.Ids)
            ? Restored.Union(heldBack.Intersect(EndpointIds))
            : Restored;
        var byBackoff = _backedOff.Count == 0 ? [] : scan.HeldBack(_backedOff).Intersect(heldBack).ToHashSet();
        return this with
        {
            Left = left.Union(heldBack).ToHashSet(),
            Waiting = Waiting.Except(published).ToHashSet(),
            Restored = restored.Except(published).ToHashSet(),
            Unrecorded = Unrecorded.Except(published).Union(heldBack.Except(byBackoff).Except(quarantined)).ToHashSet(),
            _staying = _staying.Union(byBackoff).ToHashSet(),
        };
    }

    /// <summary>
    /// These changes, after a sync could not write the rows of some endpoints. The version keeps what it has of them.
    /// </summary>
    public DueChanges Without(IReadOnlySet<int> unrestored) =>
        this with { Restored = Restored.Except(unrestored).ToHashSet() };

    /// <summary>
    /// Of the endpoints in the recorded changes, those that stay recorded after the sync, because it leaves them.
    /// </summary>
    /// <param name="left">What was due and is not in sync.</param>
    public HashSet<int> StayingRecorded(IReadOnlyCollection<int> left) => Scope == ReloadScope.Everything
        ? []
        : [.. Recorded.SelectMany(change => change.Endpoints).Where(id => _staying.Contains(id) || left.Contains(id))];

    // Edits are due, unless their writer is about to edit again. A change that touches such an endpoint among others
    // waits as a whole.
    private static DueChanges OfEverything(IReadOnlyList<PendingChange> recorded, IEnumerable<int> quarantined)
    {
        var atWork = recorded.Where(change => change.IsWriterAtWork).ToList();
        var left = atWork.SelectMany(change => change.Endpoints).ToHashSet();
        var due = atWork.Count == 0
            ? recorded
            : [.. recorded.Except(atWork).Where(change => !change.Endpoints.Any(left.Contains))];
        return new DueChanges
        {
            Scope = ReloadScope.Everything,
            EndpointIds = quarantined.Except(left).Concat(due.SelectMany(change => change.Endpoints)).ToHashSet(),
            Keys = KeysOf(due),
            Left = left,
            AtWork = atWork,
            FirstLeft = [.. atWork.Where(change => !change.IsSeen)],
            HasMore = due.Any(change => change.IsFollowed),
            Recorded = due,
        };
    }

    private static bool IsDue(PendingChange change, IReadOnlySet<int> backedOff) =>
        backedOff.Count == 0
            || change.IsEverything
            || change.Endpoints.Any(id => !backedOff.Contains(id))
            || (change.Keys ?? []).Any(key => RouteRow.EndpointIdOf(key) is null);

    private static HashSet<string> KeysOf(IEnumerable<PendingChange> changes) =>
        changes.SelectMany(change => change.Keys ?? []).ToHashSet(StringComparer.Ordinal);

    private static bool IsOf(string key, IReadOnlySet<int> ids) =>
        RouteRow.EndpointIdOf(key) is { } id && ids.Contains(id);
}
