using Npgsql;

namespace EndpointSync.Grains.Postgres;

/// <summary>The record of the endpoints that cannot be routed; <c>since</c> is kept while the reason stays the same.</summary>
internal sealed class Quarantine(RegistryDatabase database, NpgsqlConnection connection)
{
    public const string ReadSql =
        "select endpoint_id, name, root_path, reason from endpoint_sync.quarantine where schema_name = $1 order by endpoint_id";

    private const string ReleaseSql = "delete from endpoint_sync.quarantine where schema_name = $1 and endpoint_id <> all($2)";

    private const string KeepSql =
        """
        insert into endpoint_sync.quarantine as known (schema_name, endpoint_id, name, root_path, reason)
        select $1, * from unnest($2, $3, $4, $5)
        on conflict (schema_name, endpoint_id) do update
        set name = excluded.name, root_path = excluded.root_path, reason = excluded.reason,
          since = case when known.reason = excluded.reason then known.since else excluded.since end
        where (known.name, known.root_path, known.reason) is distinct from (excluded.name, excluded.root_path, excluded.reason)
        returning endpoint_id, name, root_path, reason
        """;

    public static RejectedEndpoint Read(NpgsqlDataReader row) => Read(row, 0);

    /// <summary>The endpoint in four columns from <paramref name="first"/> on.</summary>
    public static RejectedEndpoint Read(NpgsqlDataReader row, int first) =>
        new(row.GetInt32(first), row.GetString(first + 1), row.GetString(first + 2), row.GetString(first + 3));

    public static bool Differs(IEnumerable<RejectedEndpoint> known, IEnumerable<RejectedEndpoint> found) => !known.ToHashSet().SetEquals(found);

    /// <summary>Makes the record say what was found.</summary>
    /// <returns>The endpoints that entered it, or whose reason changed.</returns>
    public async Task<List<RejectedEndpoint>> RecordAsync(IReadOnlyList<RejectedEndpoint> found, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync(ReleaseSql, cancellationToken, database.SchemaName, Ids(found));
        if (found.Count == 0)
        {
            return [];
        }

        return await connection.ListAsync(
            KeepSql, Read, cancellationToken, database.SchemaName, Ids(found),
            PostgresCommands.Value(found.Select(endpoint => endpoint.Name).ToArray()),
            PostgresCommands.Value(found.Select(endpoint => endpoint.RootPath ?? "").ToArray()),
            PostgresCommands.Value(found.Select(endpoint => endpoint.Reason).ToArray()));
    }

    private static NpgsqlParameter Ids(IEnumerable<RejectedEndpoint> endpoints) =>
        PostgresCommands.Value(endpoints.Select(endpoint => endpoint.Id).ToArray());
}
