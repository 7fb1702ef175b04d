using Npgsql;

namespace EndpointSync.Grains.Postgres;

/// <summary>The first thing that a reload asks: one round trip, which is all there is to it when nothing was touched.</summary>
/// <param name="State">The version row.</param>
/// <param name="IsTracked">Whether triggers note what other writers do.</param>
/// <param name="IsTouched">Whether something was noted, or a sync is owed.</param>
/// <param name="Rejected">The endpoints that cannot be routed.</param>
internal sealed record Glance(VersionState State, bool IsTracked, bool IsTouched, IReadOnlyList<RejectedEndpoint> Rejected)
{
    private const string Sql =
        $"""
        select {VersionWriter.StateColumns}, endpoint_sync.is_tracked($1),
          {PendingChanges.ExistsSql} or ($2 and exists (select from endpoint_sync.requests where schema_name = $1))
        from endpoint_sync.state where schema_name = $1
        """;

    /// <summary>Whether the registry is known to be in line without looking at its tables.</summary>
    public bool IsInLine => IsTracked && !IsTouched;

    public static async Task<Glance> ReadAsync(
        RegistryDatabase database, NpgsqlConnection connection, ReloadScope scope, CancellationToken cancellationToken)
    {
        await using var batch = connection.CreateBatch()
            .Then(Sql, database.SchemaName, PostgresCommands.Value(scope == ReloadScope.Everything))
            .Then(Quarantine.ReadSql, database.SchemaName);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var rows = await reader.ListAsync(
            row => (State: VersionWriter.ReadState(row), IsTracked: row.GetBoolean(3), IsTouched: row.GetBoolean(4)), cancellationToken);
        await reader.NextResultAsync(cancellationToken);
        var rejected = await reader.ListAsync(Quarantine.Read, cancellationToken);
        return rows.Count == 1 ? new Glance(rows[0].State, rows[0].IsTracked, rows[0].IsTouched, rejected) : throw VersionWriter.NoState(database);
    }
}
