using System.Data;
using EndpointSync.Grains.Sync;
using Npgsql;

namespace EndpointSync.Grains.Postgres;

/// <summary>
/// What was touched in a registry, as one snapshot shows it, read without the lock. What it finds in line was in line at its version, whatever
/// others do meanwhile; what it finds due is looked at again under the lock before anything is written.
/// </summary>
/// <param name="State">The version row.</param>
/// <param name="Scope">What is to be made current.</param>
/// <param name="IsTracked">Whether triggers note what other writers do.</param>
/// <param name="Due">What was touched.</param>
/// <param name="Plan">What of it is due in the two tables.</param>
/// <param name="Endpoints">What read the endpoints.</param>
/// <param name="Rejected">The endpoints that cannot be routed.</param>
/// <param name="RoutesChanged">Whether routes differ from the newest version though the plan is empty: another writer changed them.</param>
/// <param name="QuarantineChanged">Whether the recorded quarantine differs from <paramref name="Rejected"/>.</param>
/// <param name="Requests">Reloads that were answered without a sync. Only these are settled by the sync that follows: one that comes after
/// the snapshot may stand for an edit that the plan does not have.</param>
internal sealed record RegistryLook(
    VersionState State, ReloadScope Scope, bool IsTracked, DueChanges Due, SyncPlan Plan, EndpointReader Endpoints, IReadOnlyList<RejectedEndpoint> Rejected,
    bool RoutesChanged, bool QuarantineChanged, long[] Requests)
{
    /// <summary>Whether a sync has something to write.</summary>
    public bool IsDue => !Plan.IsEmpty || RoutesChanged || QuarantineChanged || Requests.Length > 0;

    public static async Task<RegistryLook> ReadAsync(
        RegistryDatabase database, NpgsqlConnection connection, ReloadScope scope, bool isTracked, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        var noted = await NotedRows.ReadAsync(database, connection, scope, cancellationToken);
        var due = noted.Due(scope);
        var quarantined = noted.Quarantine.Select(endpoint => endpoint.Id).ToList();
        if (due.NeedsFullCheck || !isTracked)
        {
            due = due.With(await FullCheck.RunAsync(database, connection, cancellationToken), quarantined);
        }

        var endpoints = new EndpointReader(database, connection, noted.State.Version);
        var scan = await endpoints.ReadAsync(due.EndpointIds, due.Keys, EndpointScan.Empty, cancellationToken);
        due = due.Without(scan.HeldBack(due.Left), quarantined);
        var plan = scan.Plan(due.Left);
        var rejected = scan.Rejected(plan, noted.Quarantine, due.Left);
        // Where something is to be written, the lock is taken anyway.
        var routesChanged = plan.IsEmpty
            && (await new VersionWriter(database, connection).FindChangesAsync(due.EndpointIds, due.Keys, cancellationToken)).Count > 0;
        await transaction.CommitAsync(cancellationToken);
        return new RegistryLook(
            noted.State, scope, isTracked, due, plan, endpoints, rejected, routesChanged, Quarantine.Differs(noted.Quarantine, rejected), noted.Requests);
    }
}
