using EndpointSync.Grains.Postgres;
using Npgsql;

namespace EndpointSync.Grains.Sync.Statements;

/// <summary>The record of the endpoints that cannot be routed.</summary>
internal sealed class Quarantine(RegistryDatabase database, NpgsqlConnection connection)
{
    private static readonly SqlFile Sql = SqlFile.Of<Quarantine>();

    public static RejectedEndpoint Read(NpgsqlDataReader row) =>
        new(row.Int("endpoint_id"), row.Text("name"), row.Text("root_path"), row.Text("reason"));

    /// <summary>Adds to a batch the statement that reads the record; its rows are for <see cref="Read"/>.</summary>
    public static NpgsqlBatch AddRead(NpgsqlBatch batch, RegistryDatabase database) =>
        batch.Then(Sql["read"], database.SchemaName);

    public static bool Differs(IEnumerable<RejectedEndpoint> known, IEnumerable<RejectedEndpoint> found) =>
        !known.ToHashSet().SetEquals(found);

    public async Task<int> CountAsync(CancellationToken cancellationToken) => checked((int)
        await connection.ScalarAsync<long>(Sql["count"], cancellationToken, database.SchemaName));

    /// <summary>Those of some endpoints that are in it.</summary>
    public Task<List<int>> AmongAsync(IEnumerable<int> endpoints, CancellationToken cancellationToken) =>
        connection.ListAsync(
            Sql["among"], row => row.Int("endpoint_id"), cancellationToken, database.SchemaName,
            PostgresCommands.Value(endpoints.ToArray()));

    /// <summary>Those with larger ids than a cursor, in the order of their ids.</summary>
    public Task<List<RejectedEndpoint>> PageAsync(int? cursor, int limit, CancellationToken cancellationToken) =>
        connection.ListAsync(
            Sql["page"], Read, cancellationToken, database.SchemaName,
            PostgresCommands.Value(cursor ?? int.MinValue), PostgresCommands.Value(limit));

    /// <summary>Makes the record say what was found.</summary>
    /// <returns>The endpoints that entered it, or whose reason changed.</returns>
    public async Task<List<RejectedEndpoint>> RecordAsync(
        IReadOnlyList<RejectedEndpoint> found, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync(Sql["release"], cancellationToken, database.SchemaName, Ids(found));
        if (found.Count == 0)
        {
            return [];
        }

        return await connection.ListAsync(
            Sql["keep"], Read, cancellationToken, database.SchemaName, Ids(found),
            PostgresCommands.Value(found.Select(endpoint => endpoint.Name).ToArray()),
            PostgresCommands.Value(found.Select(endpoint => endpoint.RootPath ?? "").ToArray()),
            PostgresCommands.Value(found.Select(endpoint => endpoint.Reason).ToArray()));
    }

    private static NpgsqlParameter Ids(IEnumerable<RejectedEndpoint> endpoints) =>
        PostgresCommands.Value(endpoints.Select(endpoint => endpoint.Id).ToArray());
}
