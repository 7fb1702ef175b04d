using System.Data;
using EndpointSync.Grains.Sync;
using Npgsql;

namespace EndpointSync.Grains.Postgres;

/// <summary>
/// A registry as one snapshot shows it, read without the lock. What it finds in line was in line at its version, whatever others do meanwhile;
/// what it finds due is looked at again under the lock before anything is written.
/// </summary>
/// <param name="State">The version row.</param>
/// <param name="Plan">What is due in the two tables.</param>
/// <param name="RoutesChanged">Whether routes differ from the newest version: another writer changed them.</param>
/// <param name="QuarantineChanged">Whether the recorded quarantine differs from the plan's.</param>
/// <param name="Requests">Reloads that were answered without a sync. Only these are settled by the sync that follows: one that comes after
/// the snapshot may stand for an edit that the plan does not have.</param>
internal sealed record RegistryLook(VersionState State, SyncPlan Plan, bool RoutesChanged, bool QuarantineChanged, long[] Requests)
{
    // Not exists: the planner would hope to find a first difference soon and compare row by row, where nearly always there is none to find.
    internal const string RoutesChangedSql = $"select count(*) > 0 from ({VersionWriter.ChangesSql}) as changes";

    /// <summary>Whether a sync has something to write.</summary>
    public bool IsDue => !Plan.IsEmpty || RoutesChanged || QuarantineChanged || Requests.Length > 0;

    public static async Task<RegistryLook> ReadAsync(RegistryDatabase database, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        await using var batch = connection.CreateBatch()
            .Then("set transaction read only")
            .Then(VersionWriter.StateSql, database.SchemaName)
            .Then(database.Sql.Of(EndpointScan.Statement))
            .Then(database.Sql.Of(RoutesChangedSql), database.SchemaName)
            .Then(Quarantine.ReadSql, database.SchemaName)
            .Then(ReloadRequests.ReadSql, database.SchemaName);
        var look = await ReadAsync(database, batch, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return look;
    }

    private static async Task<RegistryLook> ReadAsync(RegistryDatabase database, NpgsqlBatch batch, CancellationToken cancellationToken)
    {
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var state = VersionWriter.StateIn(await reader.ListAsync(VersionWriter.ReadState, cancellationToken), database);
        await reader.NextResultAsync(cancellationToken);
        var plan = (await EndpointScan.ReadAsync(reader, cancellationToken)).Plan();
        await reader.NextResultAsync(cancellationToken);
        var routesChanged = (await reader.ListAsync(row => row.GetBoolean(0), cancellationToken)).Single();
        await reader.NextResultAsync(cancellationToken);
        var quarantine = await reader.ListAsync(Quarantine.Read, cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var requests = await reader.ListAsync(row => row.GetInt64(0), cancellationToken);
        return new RegistryLook(state, plan, routesChanged, Quarantine.Differs(quarantine, plan.Rejected), [.. requests]);
    }
}
