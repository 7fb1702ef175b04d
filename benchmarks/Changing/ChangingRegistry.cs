using EndpointSync.Bench.Calling;
using EndpointSync.Grains.Sync.Planning;
using Npgsql;

namespace EndpointSync.Bench.Changing;

/// <summary>
/// A registry that grows and changes, and a table like that of its routes that only this program writes.
/// </summary>
internal sealed class ChangingRegistry(CallingClient client, NpgsqlConnection connection)
{
    // A sync has a deadline; the growth of the registry is not measured here.
    private const int MostAtOnce = 5_000;

    private int _count;
    private int _edits;

    public Task CreateAsync() => ExecuteAsync("create table bench_copy (like endpoint_route including all)");

    /// <summary>Declares endpoints until there are so many, and syncs them.</summary>
    public async Task GrowAsync(int size)
    {
        while (_count < size)
        {
            var more = Math.Min(MostAtOnce, size - _count);
            await ExecuteAsync(
                $"""
                 insert into fastapi_endpoint (name, root_path, app, active, registry_sync, save_http_session)
                 select 'service ' || n, '/services/' || n, 'api_v2', true, false, false
                 from generate_series({_count + 1}, {_count + more}) as n
                 """);
            _count += more;
            await ReloadAsync();
        }

        // So that the planner knows the table at every size.
        await ExecuteAsync("vacuum analyze");
    }

    /// <summary>Moves so many endpoints.</summary>
    public Task EditAsync(int changed) => ExecuteAsync(
        $"update fastapi_endpoint set root_path = '/services/' || id || '/{++_edits}', registry_sync = false "
        + $"where id <= {changed}");

    /// <exception cref="InvalidOperationException">The routes are not in sync.</exception>
    public async Task ReloadAsync()
    {
        var receipt = await client.ReloadAsync();
        if (!receipt.InSync)
        {
            throw new InvalidOperationException(
                $"{receipt.Outcome}: {receipt.Problem?.Meaning} {receipt.Problem?.Detail}");
        }
    }

    public Task EmptyCopyAsync() => ExecuteAsync("truncate bench_copy");

    /// <summary>Copies as many route rows into the empty table, and commits.</summary>
    public async Task CopyAsync(int rows)
    {
        await using var writer = await connection.BeginBinaryImportAsync(
            "copy bench_copy (key, route, opts, routing) from stdin (format binary)");
        for (var id = 1; id <= rows; id++)
        {
            var row = ExpectedRoute.For(id, $"/services/{id}", saveHttpSession: false);
            await writer.StartRowAsync();
            await writer.WriteAsync(row.Key);
            await writer.WriteAsync(row.Route!);
            await writer.WriteAsync(row.Opts!);
            await writer.WriteAsync(row.Routing!);
        }

        await writer.CompleteAsync();
    }

    private async Task ExecuteAsync(string statement)
    {
        await using var command = new NpgsqlCommand(statement, connection) { CommandTimeout = 120 };
        await command.ExecuteNonQueryAsync();
    }
}
