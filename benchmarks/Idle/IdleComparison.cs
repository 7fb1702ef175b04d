using EndpointSync.Bench.Budgets;
using EndpointSync.Bench.Calling;
using EndpointSync.Bench.Model;
using Npgsql;

namespace EndpointSync.Bench.Idle;

/// <summary>
/// A reload with nothing to do, through the typed client and a silo process. Beside it, one after the other, the two
/// things that every such answer needs: a call to a grain, and a query.
/// </summary>
internal sealed class IdleComparison : IComparison
{
    private const int WarmUp = 5_000;

    // In a new order each round: an operation that follows one on the same threads is up to a fifth faster, because
    // they are awake.
    private const int Seed = 1;

    public string Name => "idle";

    public string Question => "What a reload costs that has nothing to do";

    public bool IsInQuickRuns => true;

    public Task RunAsync(BenchRun run) => BenchPostgres.UseAsync(async postgres =>
    {
        await using var client = await CallingClient.StartAsync(postgres);
        await using var connection = new NpgsqlConnection(postgres.ConnectionString());
        await connection.OpenAsync();
        await DeclareAsync(connection);
        await CompareAsync(run, client, connection);
    });

    private static async Task CompareAsync(BenchRun run, CallingClient client, NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand("select version from endpoint_sync.state", connection);
        Task QueryAsync() => command.ExecuteScalarAsync();
        async Task CallAndQueryAsync()
        {
            await client.CallAsync();
            await QueryAsync();
        }

        var found = run.Case("2 endpoints");
        var floor = found.Floor("a no-op grain call, then a query");
        var reload = found.Ours("reload");
        (Row Row, Func<Task> Act)[] turns =
        [
            (floor, CallAndQueryAsync),
            (reload, client.ReloadAsync),
            (found.Part("a no-op grain call"), client.CallAsync),
            (found.Part("a query"), QueryAsync),
            (found.Part("a reload asked of the coordinator's grain"), client.ReloadDirectlyAsync),
        ];
        for (var round = 0; round < WarmUp; round++)
        {
            foreach (var (_, act) in turns)
            {
                await act();
            }
        }

        var random = new Random(Seed);
        for (var round = 0; round < run.Sized(full: 5_000, quick: 3_000); round++)
        {
            random.Shuffle(turns);
            foreach (var (row, act) in turns)
            {
                await row.MeasureAsync(act);
            }
        }

        // The reload's one query reads the endpoints' flags, the recorded changes and the state beside the version:
        // docs/explanation/performance.md has the cost of each part.
        run.Expect(Budget.Ratio(reload, floor, atMost: 1.5, margin: 0.3).KnownToCome(2.3));
    }

    private static async Task DeclareAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand(
            "insert into fastapi_endpoint (name, root_path, app, active) values ('API V2', '/api/v2/spp', 'api_v2', "
            + "true), ('DCI API', '/dci_api/v1', 'dci_api', true)",
            connection);
        await command.ExecuteNonQueryAsync();
    }
}
