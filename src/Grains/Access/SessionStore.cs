using EndpointSync.Grains.Postgres;
using Npgsql;

namespace EndpointSync.Grains.Access;

/// <summary>The console's sessions in the cluster's database, so that every silo knows them.</summary>
internal sealed class SessionStore(NpgsqlDataSource source)
{
    private static readonly SqlFile Sql = SqlFile.Of<SessionStore>();

    /// <summary>Adds a session, and deletes those that are over.</summary>
    /// <param name="hash">The SHA-256 of its secret.</param>
    /// <param name="owner">Who it stands for.</param>
    /// <param name="address">Where the caller is; null if unknown.</param>
    /// <param name="lifetime">When it ends.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async Task AddAsync(
        byte[] hash, SessionOwner owner, string? address, TimeSpan lifetime, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql["delete_expired"], cancellationToken);
        await connection.ExecuteAsync(
            Sql["add"], cancellationToken, PostgresCommands.Value(hash), PostgresCommands.TextOrNull(owner.KeyId),
            PostgresCommands.Value(owner.KeyHash), PostgresCommands.TextOrNull(owner.Caller),
            PostgresCommands.Value(owner.Grants.ToArray()), PostgresCommands.TextOrNull(address),
            PostgresCommands.Value(lifetime));
    }

    /// <summary>The sessions that have not ended.</summary>
    public async Task<List<StoredSession>> ListAsync(CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        return await connection.ListAsync(
            Sql["list"],
            row => new StoredSession(
                row.Value<byte[]>("session_hash"),
                new SessionOwner(
                    row.TextOrNull("key_id"), row.Value<byte[]>("key_hash"), row.TextOrNull("caller"),
                    row.Value<string[]>("grants")),
                row.Time("expires_at")),
            cancellationToken);
    }

    /// <summary>Ends a session.</summary>
    public async Task DeleteAsync(byte[] hash, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql["delete"], cancellationToken, PostgresCommands.Value(hash));
    }
}
