using EndpointSync.Bench.Calling;
using EndpointSync.Bench.Model;
using Npgsql;

namespace EndpointSync.Bench.Callers;

/// <summary>
/// One round with a number of callers: no-op calls, reloads with nothing to do, reloads with one change due.
/// </summary>
internal sealed class CallersRound(CallingClient client, NpgsqlConnection connection, int callers, int rounds)
{
    public const string Errors = "errors";
    public const string Writes = "transaction numbers, mean";

    public async Task MeasureAsync(Row floor, Row idle, Row due)
    {
        await floor.MeasureAsync(() => AllAsync(client.CallAsync));
        await MeasureReloadsAsync(idle);
        await ExecuteAsync(
            "insert into fastapi_endpoint (name, root_path, app, active) "
            + "values ('e', '/e/' || gen_random_uuid(), 'api', true)");
        await MeasureReloadsAsync(due);
    }

    private async Task MeasureReloadsAsync(Row reloads)
    {
        var errors = 0;
        var before = await WritesAsync();
        await reloads.MeasureAsync(() => AllAsync(async () =>
        {
            if (!await SucceedsAsync())
            {
                Interlocked.Increment(ref errors);
            }
        }));
        reloads.Tally(Writes, (double)(await WritesAsync() - before) / rounds);
        reloads.Tally(Errors, errors);
    }

    private Task AllAsync(Func<Task> call) => Task.WhenAll(Enumerable.Range(0, callers).Select(_ => call()));

    private async Task<bool> SucceedsAsync()
    {
        try
        {
            return (await client.ReloadAsync()).InSync;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    // Every writing transaction takes a number, and one more for each savepoint that it writes under; the preflight
    // takes none.
    private async Task<long> WritesAsync() =>
        (long)(await ExecuteAsync("select pg_snapshot_xmax(pg_current_snapshot())::text::bigint"))!;

    private async Task<object?> ExecuteAsync(string statement)
    {
        await using var command = new NpgsqlCommand(statement, connection);
        return await command.ExecuteScalarAsync();
    }
}
