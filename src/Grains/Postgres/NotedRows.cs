using Npgsql;

namespace EndpointSync.Grains.Postgres;

/// <summary>What a registry's own rows say before its tables are looked at.</summary>
internal sealed record NotedRows(
    VersionState State, IReadOnlyList<PendingChange> Pending, IReadOnlyList<RejectedEndpoint> Quarantine, IReadOnlySet<int> Disputed, long[] Requests)
{
    public static async Task<NotedRows> ReadAsync(
        RegistryDatabase database, NpgsqlConnection connection, ReloadScope scope, CancellationToken cancellationToken)
    {
        await using var batch = connection.CreateBatch()
            .Then("set transaction read only")
            .ThenPlanOnce()
            .Then(VersionWriter.StateSql, database.SchemaName)
            .Then(PendingChanges.ReadSql, database.SchemaName)
            .Then(Postgres.Quarantine.ReadSql, database.SchemaName)
            .Then(Disputes.OpenSql, database.SchemaName)
            .Then(ReloadRequests.ReadSql, database.SchemaName);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var state = VersionWriter.StateIn(await reader.ListAsync(VersionWriter.ReadState, cancellationToken), database);
        await reader.NextResultAsync(cancellationToken);
        var pending = await reader.ListAsync(PendingChanges.Read, cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var quarantine = await reader.ListAsync(Postgres.Quarantine.Read, cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var disputed = await reader.ListAsync(row => row.GetInt32(0), cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var requests = await reader.ListAsync(row => row.GetInt64(0), cancellationToken);
        return new NotedRows(state, pending, quarantine, disputed.ToHashSet(), scope == ReloadScope.Everything ? [.. requests] : []);
    }

    public DueChanges Due(ReloadScope scope) => DueChanges.Of(Pending, Quarantine.Select(endpoint => endpoint.Id), Disputed, scope);
}
