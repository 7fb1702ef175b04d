using EndpointSync.Grains.Postgres;
using EndpointSync.Tests.Testing;
using EndpointSync.Tests.Testing.Upstream;
using EndpointSync.Tests.Torture.Histories;
using Npgsql;

namespace EndpointSync.Tests.Torture.Actors;

/// <summary>Transactions of writers that are none of ours, each in a session of its own.</summary>
internal sealed class Database(OwnServer server, Recorder recorder)
{
    // As often as Odoo begins a request again that met a conflict.
    private const int MostRetries = 5;

    private static readonly string[] Conflicts = ["40001", "40P01", "55P03"];

    // Where the server or a fault has ended the session, the commit may have been done.
    private static readonly string[] Ended = ["57P01", "57P02", "57P03"];

    /// <summary>The id of the endpoint in a slot; null if there is none, or the database is away.</summary>
    public async Task<(bool IsKnown, int? Id)> FindAsync(int slot, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await server.Source.OpenConnectionAsync(cancellationToken);
            await using var command = new NpgsqlCommand(
                $"select id from fastapi_endpoint where name = 's{slot}'", connection);
            return (true, await command.ExecuteScalarAsync(cancellationToken) as int?);
        }
        catch (Exception away) when (away is NpgsqlException or IOException)
        {
            return (false, null);
        }
    }

    /// <summary>Runs a transaction, again after a conflict, and records it.</summary>
    /// <returns>How it ended; null if it could not begin.</returns>
    public async Task<Ending?> RunAsync(
        string writer, string what, Func<UpstreamWorker, Task> transactAsync, CancellationToken cancellationToken)
    {
        var session = await TryOpenAsync(writer, cancellationToken);
        if (session is null)
        {
            return null;
        }

        await using var worker = new UpstreamWorker(session, hashSeed: 1);
        var start = recorder.Now;
        var (ending, sqlState, retries) = (Ending.Done, (string?)null, -1);
        do
        {
            retries++;
            (ending, sqlState) = await AttemptAsync(worker, transactAsync);
        }
        while (Conflicts.Contains(sqlState) && retries < MostRetries);
        recorder.Add(new ForeignTransaction(writer, what, sqlState, retries) { Start = start, End = recorder.Now });
        return ending;
    }

    private static async Task<(Ending Ending, string? SqlState)> AttemptAsync(
        UpstreamWorker worker, Func<UpstreamWorker, Task> transactAsync)
    {
        try
        {
            await transactAsync(worker);
            return (Ending.Done, null);
        }
        catch (PostgresException refused) when (!Ended.Contains(refused.SqlState))
        {
            await worker.Session.RollbackAsync();
            return (Ending.Refused, refused.SqlState);
        }
        catch (Exception lost) when (lost is NpgsqlException or IOException or InvalidOperationException)
        {
            return (Ending.Unknown, (lost as PostgresException)?.SqlState ?? "08006");
        }
    }

    private async Task<Session?> TryOpenAsync(string writer, CancellationToken cancellationToken)
    {
        try
        {
            var connection = await server.Source.OpenConnectionAsync(cancellationToken);
            await connection.ExecuteAsync($"set application_name = '{writer}'", cancellationToken);
            return new Session(connection);
        }
        catch (Exception away) when (away is NpgsqlException or IOException)
        {
            return null;
        }
    }
}
