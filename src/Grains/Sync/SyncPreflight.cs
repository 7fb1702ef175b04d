using System.Data;
using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Sync.Planning;
using EndpointSync.Grains.Sync.Statements;
using Npgsql;

namespace EndpointSync.Grains.Sync;

/// <summary>
/// The plan for a registry's recorded changes, made in one snapshot without the lock. Endpoints that it finds in sync
/// were in sync at its version, whatever others do meanwhile. Endpoints that it finds due are read again under the lock
/// before anything is written.
/// </summary>
/// <param name="State">The version row.</param>
/// <param name="Scope">What is to be made current.</param>
/// <param name="IsTracked">Whether triggers record what other writers change.</param>
/// <param name="Found">The touched endpoints and route rows, as they were recorded or found.</param>
/// <param name="Due">The same, as far as the endpoints allow.</param>
/// <param name="Plan">The writes that are due in the two tables.</param>
/// <param name="Endpoints">The reader of the endpoints.</param>
/// <param name="Rejected">The endpoints that cannot be routed.</param>
/// <param name="RoutesChanged">Whether routes differ from the newest version though the plan is empty: another writer
/// changed them.</param>
/// <param name="QuarantineChanged">Whether the recorded quarantine differs from <paramref name="Rejected"/>.</param>
/// <param name="Parts">The endpoints of each transaction that carries out a part of the plan.</param>
/// <param name="Withdrawn">The endpoints that are gone or archived.</param>
/// <param name="Known">The ids of the recorded changes in the snapshot.</param>
/// <param name="Requests">The pending syncs in the snapshot. The sync that follows deletes only these: one that was
/// recorded after the snapshot may stand for an edit that the plan does not have.</param>
/// <param name="NeedsReadonly">As <see cref="ExpectedRoute.Matches"/> has it.</param>
internal sealed record SyncPreflight(
    VersionState State, ReloadScope Scope, bool IsTracked, DueChanges Found, DueChanges Due, SyncPlan Plan,
    EndpointReader Endpoints, IReadOnlyList<RejectedEndpoint> Rejected,
    bool RoutesChanged, bool QuarantineChanged, IReadOnlyList<HashSet<int>> Parts, IReadOnlySet<int> Withdrawn,
    long[] Known, PendingRequests Requests, bool NeedsReadonly)
{
    /// <summary>Whether a sync has something to write.</summary>
    public bool IsDue => !Plan.IsEmpty || RoutesChanged || QuarantineChanged || Requests.Ids.Length > 0
        || State.IsBehind;

    /// <summary>
    /// The changes that a reload of everything leaves alone, so that it stays due. A reaction leaves edits anyway.
    /// </summary>
    public IReadOnlyList<PendingChange> LeftAlone => Scope == ReloadScope.Everything ? Due.AtWork : [];

    /// <summary>The ids of the changes that are left alone for the first time.</summary>
    public long[] FirstLeft => [.. Found.FirstLeft.Select(change => change.Id)];

    /// <summary>
    /// How many endpoints <see cref="LeftAlone"/> names; a change that names none may have changed any and counts as
    /// one.
    /// </summary>
    public int EndpointsLeftAlone =>
        LeftAlone.SelectMany(change => change.EndpointIds ?? [0]).Distinct().Count();

    public static async Task<SyncPreflight> ReadAsync(
        RegistryDatabase database, NpgsqlConnection connection, ReloadScope scope, bool isTracked,
        int endpointsPerPart, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(
            IsolationLevel.RepeatableRead, cancellationToken);
        var (preflight, _, _) = await ReadInSnapshotAsync(
            database, connection, scope, isTracked, checksAll: false, endpointsPerPart, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return preflight;
    }

    /// <summary>
    /// The same in a snapshot that the caller has begun, with the endpoints that it read and the quarantine as it is.
    /// </summary>
    /// <param name="database">The registry.</param>
    /// <param name="connection">The connection with the snapshot.</param>
    /// <param name="scope">What is to be made current.</param>
    /// <param name="isTracked">Whether triggers record what other writers change.</param>
    /// <param name="checksAll">Whether the whole registry is compared, whatever is recorded.</param>
    /// <param name="endpointsPerPart">How many endpoints one of <see cref="Parts"/> has.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static async Task<(SyncPreflight Preflight, EndpointScan Scan, IReadOnlyList<RejectedEndpoint> Quarantine)>
        ReadInSnapshotAsync(
            RegistryDatabase database, NpgsqlConnection connection, ReloadScope scope, bool isTracked, bool checksAll,
            int endpointsPerPart, CancellationToken cancellationToken)
    {
        var recorded = await RecordedState.ReadAsync(database, connection, scope, cancellationToken);
        var found = recorded.Due(scope);
        var quarantined = recorded.Quarantine.Select(endpoint => endpoint.Id).ToList();
        if (found.NeedsFullCheck || !isTracked || checksAll)
        {
            found = found.With(await FullCheck.RunAsync(database, connection, cancellationToken), quarantined);
        }

        var endpoints = new EndpointReader(
            database, connection, recorded.State.Version, recorded.NeedsReadonly);
        var scan = await endpoints.ReadAsync(
            found.EndpointIds, found.Keys, EndpointScan.Empty, found.Left, cancellationToken);
        var due = found.Given(scan, quarantined);
        var plan = scan.Plan(due.Left, due.Restored);
        var rejected = scan.Rejected(plan, recorded.Quarantine, due.Left);
        // If the plan has writes, the lock is taken anyway.
        var routesChanged = plan.IsEmpty
            && (await new VersionWriter(database, connection)
                .FindChangesAsync(due.EndpointIds, due.Keys, due, cancellationToken)).Count > 0;
        var preflight = new SyncPreflight(
            recorded.State, scope, isTracked, found, due, plan, endpoints, rejected, routesChanged,
            Quarantine.Differs(recorded.Quarantine, rejected),
            SyncParts.Of(plan, scan, endpointsPerPart), scan.Withdrawn(), found.RecordedIds,
            found.HasMore ? recorded.Requests with { Ids = [] } : recorded.Requests, recorded.NeedsReadonly);
        return (preflight, scan, recorded.Quarantine);
    }

    /// <summary>
    /// The preflight of the transaction for one part of the plan. The last one also has what is not in the plan, and
    /// completes the requests.
    /// </summary>
    public SyncPreflight Part(int number)
    {
        if (Parts.Count == 1)
        {
            return this;
        }

        if (number == Parts.Count - 1)
        {
            var done = Parts.SkipLast(1).SelectMany(part => part).ToHashSet();
            return this with { Found = Found.Rest(done), Due = Due.Rest(done), Plan = Plan.Without(done) };
        }

        var others = Parts.Where((_, other) => other != number).SelectMany(part => part).ToHashSet();
        return this with
        {
            Found = Found.Part(Parts[number]),
            Due = Due.Part(Parts[number]),
            Plan = Plan.Without(others),
            Requests = PendingRequests.None,
        };
    }
}
