using EndpointSync.Grains.Postgres;
using Npgsql;

namespace EndpointSync.Grains.Access;

/// <summary>The keys of the HTTP API in the cluster's database. A revoked key stays listed.</summary>
internal sealed class ApiKeyStore(NpgsqlDataSource source)
{
    private static readonly SqlFile Sql = SqlFile.Of<ApiKeyStore>();

    /// <param name="key">The key, of which only the id and the hash are stored.</param>
    /// <param name="draft">A checked draft: it has a name and a role.</param>
    /// <param name="createdBy">Who asks for it.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public Task<ApiKey> AddAsync(
        string key, ApiKeyDraft draft, string createdBy, CancellationToken cancellationToken) =>
        RunAsync(
            async connection => (await connection.ListAsync(
                Sql["add"], Read, cancellationToken, PostgresCommands.Value(ApiKeyText.IdOf(key)!),
                PostgresCommands.Value(draft.Name!), PostgresCommands.Value($"{draft.Role}"),
                Registries(draft.Registries), PostgresCommands.Value(ApiKeyText.HashOf(key)),
                PostgresCommands.Value(createdBy), Time(draft.ExpiresAt))).Single().Details,
            cancellationToken);

    public Task<List<StoredKey>> ListAsync(CancellationToken cancellationToken) => RunAsync(
        connection => connection.ListAsync(Sql["list"], Read, cancellationToken), cancellationToken);

    /// <returns>The key as it was before and as it is now; null if there is none with that id.</returns>
    public Task<(ApiKey? Before, ApiKey? After)> RevokeAsync(
        string id, string revokedBy, CancellationToken cancellationToken) =>
        RunAsync(
            async connection =>
            {
                var before = await FindAsync(connection, id, cancellationToken);
                await connection.ExecuteAsync(
                    Sql["revoke"], cancellationToken, PostgresCommands.Value(id), PostgresCommands.Value(revokedBy));
                return (before, await FindAsync(connection, id, cancellationToken));
            },
            cancellationToken);

    /// <summary>Records the last use of keys, unless one was recorded within the interval.</summary>
    public Task MarkUsedAsync(
        IReadOnlyDictionary<string, string> addresses, TimeSpan interval, CancellationToken cancellationToken) =>
        RunAsync(
            async connection =>
            {
                await connection.ExecuteAsync(
                    Sql["mark_used"], cancellationToken, PostgresCommands.Value(addresses.Keys.ToArray()),
                    PostgresCommands.Value(addresses.Values.ToArray()), PostgresCommands.Value(interval));
                return true;
            },
            cancellationToken);

    private async Task<T> RunAsync<T>(
        Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        return await work(connection);
    }

    private static async Task<ApiKey?> FindAsync(
        NpgsqlConnection connection, string id, CancellationToken cancellationToken) =>
        (await connection.ListAsync(Sql["find"], Read, cancellationToken, PostgresCommands.Value(id)))
            .SingleOrDefault()?.Details;

    private static StoredKey Read(NpgsqlDataReader row) => new(
        new ApiKey
        {
            Id = row.Text("id"),
            Name = row.Text("name"),
            Role = Enum.Parse<AccessRole>(row.Text("role")),
            Registries = row.ValueOrNull<string[]>("registries"),
            CreatedAt = row.Time("created_at"),
            CreatedBy = row.Text("created_by"),
            ExpiresAt = row.StructOrNull<DateTimeOffset>("expires_at"),
            RevokedAt = row.StructOrNull<DateTimeOffset>("revoked_at"),
            RevokedBy = row.TextOrNull("revoked_by"),
            LastUsedAt = row.StructOrNull<DateTimeOffset>("last_used_at"),
            LastUsedFrom = row.TextOrNull("last_used_from"),
        },
        row.Value<byte[]>("key_hash"));

    private static NpgsqlParameter Registries(IReadOnlyList<string>? registries) => new()
    {
        Value = (object?)registries?.ToArray() ?? DBNull.Value,
        NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Array | NpgsqlTypes.NpgsqlDbType.Text,
    };

    private static NpgsqlParameter Time(DateTimeOffset? time) => new()
    {
        Value = (object?)time?.ToUniversalTime() ?? DBNull.Value,
        NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.TimestampTz,
    };
}
