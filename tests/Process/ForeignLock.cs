using EndpointSync.Tests.Testing;
using Npgsql;

namespace EndpointSync.Tests.Process;

/// <summary>The registry's lock, held by a person at a terminal for the whole session.</summary>
internal sealed class ForeignLock : IAsyncDisposable
{
    public const string Query = "select pg_advisory_lock(3827055375235039567)";

    private readonly TestDatabase _database;
    private readonly NpgsqlConnection _connection;

    private ForeignLock(TestDatabase database, NpgsqlConnection connection) =>
        (_database, _connection) = (database, connection);

    public int ProcessId => _connection.ProcessID;

    public static async Task<ForeignLock> TakeAsync(TestDatabase database)
    {
        var connection = new NpgsqlConnection($"{database.ConnectionString};Pooling=false;Application Name=psql");
        await connection.OpenAsync();
        await using var take = new NpgsqlCommand(Query, connection);
        await take.ExecuteNonQueryAsync();
        return new ForeignLock(database, connection);
    }

    /// <summary>Completes when a reload has found the lock busy.</summary>
    public Task FoundBusyAsync() =>
        _database.UntilAsync(
            "select exists (select from endpoint_sync.pending_syncs)", "a reload that finds the lock busy");

    public async Task ReleaseAsync()
    {
        await using var release = new NpgsqlCommand("select pg_advisory_unlock_all()", _connection);
        await release.ExecuteNonQueryAsync();
    }

    /// <summary>Releases the lock and waits until nothing of it remains for the next test.</summary>
    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _database.UntilAsync(
            "select not exists (select from endpoint_sync.pending_syncs)", "the retry after the skipped reload");
    }
}
