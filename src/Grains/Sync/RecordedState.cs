using EndpointSync.Grains.Odoo;
using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Sync.Planning;
using EndpointSync.Grains.Sync.Statements;
using Npgsql;

namespace EndpointSync.Grains.Sync;

/// <summary>A registry's recorded state, which is read before its tables.</summary>
internal sealed record RecordedState(
    VersionState State, IReadOnlyList<PendingChange> Pending, IReadOnlyList<RejectedEndpoint> Quarantine,
    IReadOnlySet<int> BackedOff, PendingRequests Requests, int? OdooSeries)
{
    /// <summary>
    /// As <see cref="ExpectedRoute.Matches"/> has it. If Odoo's series is unknown, both kinds can read the field.
    /// </summary>
    public bool NeedsReadonly => OdooSeries is null or >= OdooTables.FirstSeriesWithReadonly;

    public static async Task<RecordedState> ReadAsync(
        RegistryDatabase database, NpgsqlConnection connection, ReloadScope scope, CancellationToken cancellationToken)
    {
        await using var batch = connection.CreateBatch()
            .Then("set transaction read only")
            .ThenPlanOnce();
        VersionWriter.AddRead(batch, database);
        PendingChanges.AddRead(batch, database, PendingChanges.LooksOfPreflight, scope, known: []);
        Statements.Quarantine.AddRead(batch, database);
        RepairBackoffs.AddActive(batch, database);
        PendingSyncs.AddRead(batch, database);
        OdooTables.AddSeries(batch, database);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var state = VersionState.Single(await reader.ListAsync(VersionState.Read, cancellationToken), database);
        await reader.NextResultAsync(cancellationToken);
        var pending = await reader.ListAsync(PendingChanges.Read, cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var quarantine = await reader.ListAsync(Statements.Quarantine.Read, cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var backedOff = await reader.ListAsync(row => row.Int("endpoint_id"), cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var requests = await PendingSyncs.ReadAsync(reader, cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var series = (await reader.ListAsync(
            row => row.IsNull("series") ? (int?)null : row.Int("series"), cancellationToken)).Single();
        await reader.DisposeAsync();
        if (scope == ReloadScope.Everything)
        {
            return new RecordedState(state, pending, quarantine, backedOff.ToHashSet(), requests, series);
        }

        pending = await PendingChanges.NameAsync(pending, database, connection, cancellationToken);
        return new RecordedState(state, pending, quarantine, backedOff.ToHashSet(), PendingRequests.None, series);
    }

    public DueChanges Due(ReloadScope scope) =>
        DueChanges.Of(Pending, Quarantine.Select(endpoint => endpoint.Id), BackedOff, scope);
}
