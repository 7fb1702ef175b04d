using EndpointSync.Grains.Postgres;
using Npgsql;

namespace EndpointSync.Grains.Access;

/// <summary>The console's sessions in the cluster's database, so that every silo knows them.</summary>
internal sealed class SessionStore(NpgsqlDataSource source)
{
    // A stored session always has a key's hash, and no key has this one.
    private static readonly byte[] NoKey = new byte[32];

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
        var (key, issued) = (owner as KeyOwner, owner as IssuedOwner);
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql["delete_expired"], cancellationToken);
        await connection.ExecuteAsync(
            Sql["add"], cancellationToken, PostgresCommands.Value(hash), PostgresCommands.TextOrNull(key?.Id),
            PostgresCommands.Value(key?.Hash ?? NoKey), PostgresCommands.TextOrNull(issued?.Caller),
            PostgresCommands.Value(issued?.Grants.ToArray() ?? []), PostgresCommands.TextOrNull(address),
            PostgresCommands.Value(lifetime));
    }

    /// <summary>The sessions that have not ended.</summary>
    public async Task<List<StoredSession>> ListAsync(CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        return await connection.ListAsync(
            Sql["list"],
            row => new StoredSession(row.Value<byte[]>("session_hash"), OwnerOf(row), row.Time("expires_at")),
            cancellationToken);
    }

    /// <summary>Ends a session.</summary>
    public async Task DeleteAsync(byte[] hash, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Sql["delete"], cancellationToken, PostgresCommands.Value(hash));
    }

    private static SessionOwner OwnerOf(NpgsqlDataReader row) => row.TextOrNull("caller") is { } caller
        ? new IssuedOwner(caller, row.Value<string[]>("grants"))
        : new KeyOwner(row.TextOrNull("key_id"), row.Value<byte[]>("key_hash"));
}
