using Npgsql;

namespace EndpointSync.Bench.Storm;

/// <summary>
/// A session for each worker of a rival, and one for a writer. The rivals take turns with them, so that all have warm
/// sessions.
/// </summary>
internal sealed class StormSessions : IAsyncDisposable
{
    private StormSessions(StormDatabase database, NpgsqlConnection writer, IReadOnlyList<NpgsqlConnection> workers) =>
        (Database, Writer, Workers) = (database, writer, workers);

    public StormDatabase Database { get; }

    public NpgsqlConnection Writer { get; }

    public IReadOnlyList<NpgsqlConnection> Workers { get; }

    public static async Task<StormSessions> OpenAsync(StormDatabase database, int workers)
    {
        var sessions = await Task.WhenAll(Enumerable.Range(0, workers + 1).Select(_ => OpenAsync(database)));
        return new StormSessions(database, sessions[0], sessions[1..]);
    }

    public async ValueTask DisposeAsync() =>
        await Task.WhenAll(Workers.Append(Writer).Select(session => session.DisposeAsync().AsTask()));

    private static async Task<NpgsqlConnection> OpenAsync(StormDatabase database)
    {
        var connection = new NpgsqlConnection($"{database.ConnectionString};Pooling=false;Application Name=odoo");
        await connection.OpenAsync();
        return connection;
    }
}
