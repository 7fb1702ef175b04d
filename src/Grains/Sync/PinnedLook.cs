using System.Data;
using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Sync.Planning;
using EndpointSync.Grains.Sync.Statements;
using Npgsql;

namespace EndpointSync.Grains.Sync;

/// <summary>
/// The preflight of a sync of a pinned registry: what other writers touched, in one snapshot without the lock.
/// </summary>
/// <param name="State">The version row.</param>
/// <param name="IsTracked">Whether triggers record what other writers change.</param>
/// <param name="Due">The recorded changes.</param>
/// <param name="EndpointIds">The endpoints whose rows or flags may have to be brought back.</param>
/// <param name="Waiting">The endpoints that were edited and wait; their flags are their editor's.</param>
/// <param name="Keys">Further keys of rows that may be theirs.</param>
/// <param name="Plan">What is to be brought back.</param>
/// <param name="Quarantine">The quarantine, which stays as it is.</param>
/// <param name="Requests">The ids of the pending syncs that are fulfilled.</param>
/// <param name="NeedsReadonly">As <see cref="ExpectedRoute.Matches"/> has it.</param>
internal sealed record PinnedLook(
    VersionState State, bool IsTracked, DueChanges Due, IReadOnlySet<int> EndpointIds, IReadOnlySet<int> Waiting,
    IReadOnlyCollection<string> Keys, SyncPlan Plan, IReadOnlyList<RejectedEndpoint> Quarantine, long[] Requests,
    bool NeedsReadonly)
{
    /// <summary>Whether there is something to write under the lock.</summary>
    public bool IsDue => !Plan.IsEmpty || State.IsBehind;

    /// <param name="database">The registry.</param>
    /// <param name="connection">The connection.</param>
    /// <param name="scope">A sync of everything compares the whole registry, and ignores repair backoffs.</param>
    /// <param name="isTracked">Whether triggers record what other writers change.</param>
    /// <param name="cancellationToken">Ends the look.</param>
    public static async Task<PinnedLook> ReadAsync(
        RegistryDatabase database, NpgsqlConnection connection, ReloadScope scope, bool isTracked,
        CancellationToken cancellationToken)
    {
        var isOfEverything = scope == ReloadScope.Everything;
        await using var snapshot = await connection.BeginTransactionAsync(
            IsolationLevel.RepeatableRead, cancellationToken);
        var recorded = await RecordedState.ReadAsync(database, connection, ReloadScope.Routes, cancellationToken);
        // Those that a rollout keeps waiting are fulfilled after its end.
        var requests = isOfEverything && recorded.State.Rollout is null
            ? await PendingSyncs.ReadAsync(database, connection, cancellationToken)
            : PendingRequests.None;
        var due = DueChanges.Of(
            recorded.Pending, [], isOfEverything ? new HashSet<int>() : recorded.BackedOff, ReloadScope.Routes);
        var check = isOfEverything || due.NeedsFullCheck || !isTracked
            ? await FullCheck.RunAsync(database, connection, cancellationToken)
            : null;
        var ids = due.UnderPin(check);
        List<string> keys = [.. due.Keys, .. check?.Keys ?? []];
        var scan = await new EndpointReader(database, connection, recorded.State.Version, recorded.NeedsReadonly)
            .ReadAsync(ids, keys, EndpointScan.Empty, ids, cancellationToken);
        await snapshot.CommitAsync(cancellationToken);
        return new PinnedLook(
            recorded.State, isTracked, due, ids, due.Waiting, keys, scan.PinnedPlan(ids, due.Waiting),
            recorded.Quarantine, requests.Ids, recorded.NeedsReadonly);
    }
}
