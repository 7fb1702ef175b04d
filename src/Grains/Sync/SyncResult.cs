using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Sync.Planning;
using EndpointSync.Grains.Sync.Statements;
using EndpointSync.Wire;

namespace EndpointSync.Grains.Sync;

/// <summary>How one attempt to sync ended.</summary>
/// <param name="Receipt">The receipt of one attempt; the attempt's runner adds the callers and the times.</param>
internal sealed record SyncResult(ReloadReceipt Receipt)
{
    // Every caller gets a copy of the receipt. The status has them all.
    private const int MostRejected = 100;

    // Beyond this each silo reads the changes itself: one message with all of them would delay the others.
    private const int MostChangesInDelta = 1000;
    private const int HeaviestDelta = 1_000_000;

    /// <summary>
    /// The delta from the previous version to the new one; null if there is no new one, or if the delta is too large to
    /// send.
    /// </summary>
    public RouteDelta? Delta { get; init; }

    /// <summary>Why a rollback or the end of a pin was refused; nothing was written then.</summary>
    public PinRefusal Refusal { get; init; }

    /// <summary>Whether Odoo's sequence may have to be bumped; the statement that does it checks again.</summary>
    public bool MayNeedBump { get; init; } = true;

    /// <summary>This result after the commit, with the time that the lock was held.</summary>
    public SyncResult HeldLockFor(TimeSpan lockHeld) =>
        this with { Receipt = Receipt with { Timings = new ReloadTimings { LockHeld = lockHeld } } };

    /// <summary>This result and that of the next part of the same sync.</summary>
    public SyncResult Then(SyncResult next) => Receipt.Outcome == ReloadOutcome.UpToDate ? next : next with
    {
        // Silos read so large a change from the history.
        Delta = null,
        Receipt = next.Receipt with
        {
            Outcome = ReloadOutcome.Synced,
            PreviousVersion = Receipt.PreviousVersion,
            EndpointsSynced = Receipt.EndpointsSynced + next.Receipt.EndpointsSynced,
            EndpointsDeferred = Receipt.EndpointsDeferred + next.Receipt.EndpointsDeferred,
            RoutesAdded = Receipt.RoutesAdded + next.Receipt.RoutesAdded,
            RoutesChanged = Receipt.RoutesChanged + next.Receipt.RoutesChanged,
            RoutesRemoved = Receipt.RoutesRemoved + next.Receipt.RoutesRemoved,
            Timings = next.Receipt.Timings with
            {
                LockHeld = Receipt.Timings.LockHeld + next.Receipt.Timings.LockHeld,
            },
        },
    };

    /// <summary>This result of a sync that had no time for all of its endpoints.</summary>
    public SyncResult Leaving(int left) => this with
    {
        Receipt = Receipt with
        {
            EndpointsDeferred = Receipt.EndpointsDeferred + left,
            Problem = new ReloadProblem(
                null, "The sync is too large for one deadline. What is synced is served, and the rest follows.",
                $"{Receipt.EndpointsSynced} endpoints are synced, and {left} are left."),
        },
    };

    /// <summary>
    /// This result of a sync that had no time for all that other writers changed, in one endpoint at least.
    /// </summary>
    public SyncResult BeforeMore() => this with
    {
        Receipt = Receipt with
        {
            Outcome = Receipt.Outcome == ReloadOutcome.Synced ? ReloadOutcome.Synced : ReloadOutcome.Skipped,
            EndpointsDeferred = 1,
            Problem = new ReloadProblem(
                null, "Other writers changed more than one deadline has time for. What is done is served, and the rest "
                + "follows.", "The status names the writers."),
        },
    };

    /// <summary>Nothing was due at this version.</summary>
    public static SyncResult UpToDate(
        RegistryDatabase database, RouteVersion version, IReadOnlyList<RejectedEndpoint> rejected) =>
        new(WithRejected(
            NewReceipt(database, ReloadOutcome.UpToDate) with { Version = version, PreviousVersion = version },
            rejected));

    /// <summary>Another process holds the lock.</summary>
    public static SyncResult LockBusy(
        RegistryDatabase database, RouteVersion version, IReadOnlyList<RejectedEndpoint> rejected,
        LockHolder? holder) =>
        new(WithRejected(
            NewReceipt(database, ReloadOutcome.Skipped) with
            {
                Version = version,
                PreviousVersion = version,
                LockHolder = holder,
                Problem = new ReloadProblem(
                    null, "Another process holds the registry's lock. The registry stays due and is retried.",
                    $"Held by {holder?.ToString() ?? "a session that has ended since"}."),
            },
            rejected));

    /// <summary>Nothing but what is left alone was due.</summary>
    public static SyncResult LeftAlone(RegistryDatabase database, SyncPreflight preflight) =>
        new(NewReceipt(database, ReloadOutcome.Skipped) with
        {
            Version = preflight.State.Version,
            PreviousVersion = preflight.State.Version,
            EndpointsDeferred = preflight.EndpointsLeftAlone,
            Rejected = preflight.Rejected,
            Problem = WritersAtWork(preflight.LeftAlone),
        });

    /// <summary>Which endpoints are left alone, and because of whom.</summary>
    public static ReloadProblem WritersAtWork(IReadOnlyList<PendingChange> leftAlone)
    {
        const int most = 10;
        var byWriter = leftAlone.GroupBy(change => change.Writer, change => change.EndpointIds ?? []);
        var writers = byWriter.Take(most).Select(
            changes => changes.SelectMany(ids => ids).Distinct().Order().Take(most).ToList() is { Count: > 0 } ids
                ? $"endpoints {string.Join(", ", ids)} by {changes.Key}"
                : $"any endpoints by {changes.Key}");
        return new ReloadProblem(
            null,
            "Endpoints are left alone because the session that edited them is in its next transaction, and a write "
            + "could make that fail, as in an upgrade of Odoo's modules. The registry stays due: they are synced when "
            + "no transaction of that session is open, or after two minutes.",
            $"Edited: {string.Join("; ", writers)}.");
    }

    /// <summary>Postgres could not be reached or refused.</summary>
    public static SyncResult Failed(RegistryDatabase database, ReloadProblem problem) =>
        new(NewReceipt(database, ReloadOutcome.Failed) with { Problem = problem }) { MayNeedBump = false };

    /// <summary>The registry is pinned and has the pinned table.</summary>
    public static SyncResult Pinned(
        RegistryDatabase database, RouteVersion version, IReadOnlyList<RejectedEndpoint> rejected) =>
        new(WithRejected(
            NewReceipt(database, ReloadOutcome.Pinned) with { Version = version, PreviousVersion = version },
            rejected));

    /// <summary>What a version changes, for silos that serve the one before it; null if that is too large.</summary>
    public static RouteDelta? DeltaOf(VersionState before, VersionState now, IReadOnlyCollection<RouteChange> changes)
    {
        if (changes.Count is 0 or > MostChangesInDelta)
        {
            return null;
        }

        var delta = new RouteDelta(
            before.Version, now.Version, now.ContentHash, [.. changes.Select(RouteProjection.Publish)]);
        return delta.Weight <= HeaviestDelta ? delta : null;
    }

    /// <summary>A receipt with the number of endpoints in quarantine and the first of them.</summary>
    public static ReloadReceipt WithRejected(ReloadReceipt receipt, IReadOnlyList<RejectedEndpoint> rejected) =>
        receipt with { Rejected = [.. rejected.Take(MostRejected)], RejectedCount = rejected.Count };

    public static ReloadReceipt NewReceipt(RegistryDatabase database, ReloadOutcome outcome) =>
        new() { Registry = database.Name, Outcome = outcome, Silo = database.Silo };
}
