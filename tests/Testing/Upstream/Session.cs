using EndpointSync.Grains.Postgres;
using Npgsql;

namespace EndpointSync.Tests.Testing.Upstream;

/// <summary>A session of another program, driven statement by statement.</summary>
internal sealed class Session : IAsyncDisposable
{
    /// <summary>
    /// The locks of one database. The view itself shows those of the whole server, and copies of a database share the
    /// ids of their tables.
    /// </summary>
    public const string LocksHere =
        "(select * from pg_locks where database = (select oid from pg_database where datname = current_database()))"
        + " as locks";

    private readonly NpgsqlConnection _connection;

    public Session(NpgsqlConnection connection) => _connection = connection;

    /// <summary>Its backend's process id.</summary>
    public int ProcessId => _connection.ProcessID;

    public static async Task<Session> OpenAsync(TestDatabase database, string application = "somebody else")
    {
        var connection = new NpgsqlConnection(
            $"{database.ConnectionString};Pooling=false;Application Name={application}");
        await connection.OpenAsync();
        return new Session(connection);
    }

    /// <summary>A session in a transaction that has done one thing and is left open.</summary>
    public static async Task<Session> InTransactionAsync(TestDatabase database, string sql)
    {
        var session = await OpenAsync(database);
        await session.BeginAsync();
        await session.ExecuteAsync(sql);
        return session;
    }

    public Task BeginAsync(string isolation = "read committed") => ExecuteAsync($"begin isolation level {isolation}");

    public Task CommitAsync() => ExecuteAsync("commit");

    public Task RollbackAsync() => ExecuteAsync("rollback");

    public Task ExecuteAsync(string sql, params NpgsqlParameter[] parameters) =>
        _connection.ExecuteAsync(sql, CancellationToken.None, parameters);

    public Task<T> ScalarAsync<T>(string sql, params NpgsqlParameter[] parameters) =>
        _connection.ScalarAsync<T>(sql, CancellationToken.None, parameters);

    public Task<List<T>> ListAsync<T>(
        string sql, Func<NpgsqlDataReader, T> read, params NpgsqlParameter[] parameters) =>
        _connection.ListAsync(sql, read, CancellationToken.None, parameters);

    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
