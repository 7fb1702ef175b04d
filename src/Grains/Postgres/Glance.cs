using Npgsql;

namespace EndpointSync.Grains.Postgres;

/// <summary>The first thing that a reload asks: one round trip, which is all there is to it when nothing was touched.</summary>
/// <param name="State">The version row.</param>
/// <param name="IsTracked">Whether triggers note what other writers do.</param>
/// <param name="IsTouched">Whether something was noted, or a sync is owed.</param>
/// <param name="Rejected">The endpoints that cannot be routed.</param>
internal sealed record Glance(VersionState State, bool IsTracked, bool IsTouched, IReadOnlyList<RejectedEndpoint> Rejected)
{
    // What endpoint_sync.is_tracked says, as a part of this statement's plan, which a function is not. A name is looked up once and not for each row.
    private const string IsTrackedSql =
        """
        (select count(*) = 8 from pg_trigger
         where tgrelid = any ((select array[to_regclass($3 || '.fastapi_endpoint'), to_regclass($3 || '.endpoint_route')])::oid[])
           and tgname in ('endpoint_sync_insert', 'endpoint_sync_update', 'endpoint_sync_delete', 'endpoint_sync_truncate')
           and tgenabled in ('O', 'A'))
        """;

    // One row for each endpoint that cannot be routed, and one if there is none.
    private const string Sql =
        $"""
        select {VersionWriter.StateColumns}, {IsTrackedSql},
          {PendingChanges.ExistsSql} or ($2 and exists (select from endpoint_sync.requests where schema_name = $1)),
          rejected.endpoint_id, rejected.name, rejected.root_path, rejected.reason
        from endpoint_sync.state left join endpoint_sync.quarantine as rejected using (schema_name)
        where schema_name = $1 order by rejected.endpoint_id
        """;

    /// <summary>Whether the registry is known to be in line without looking at its tables.</summary>
    public bool IsInLine => IsTracked && !IsTouched;

    public static async Task<Glance> ReadAsync(
        RegistryDatabase database, NpgsqlConnection connection, ReloadScope scope, CancellationToken cancellationToken)
    {
        var rows = await connection.ListAsync(
            Sql, row => (Glance: Read(row), Rejected: row.IsDBNull(5) ? null : Quarantine.Read(row, 5)), cancellationToken,
            database.SchemaName, PostgresCommands.Value(scope == ReloadScope.Everything), PostgresCommands.Value(database.Sql.Quoted));
        return rows.Count > 0 ? rows[0].Glance with { Rejected = [.. rows.Select(row => row.Rejected).OfType<RejectedEndpoint>()] } : throw VersionWriter.NoState(database);
    }

    private static Glance Read(NpgsqlDataReader row) => new(VersionWriter.ReadState(row), row.GetBoolean(3), row.GetBoolean(4), []);
}
