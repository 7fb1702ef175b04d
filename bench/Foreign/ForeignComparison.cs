using EndpointSync.Bench.Serving;
using Npgsql;

namespace EndpointSync.Bench.Foreign;

/// <summary>
/// From a commit that nobody tells the cluster of until each of four worker processes answers by it, among 100 and 5,000 endpoints, with notifications and
/// with polls alone. Beside it, in the same rounds, what cannot be had for less: one commit, and one request to a worker for a path that it serves already.
/// </summary>
internal sealed class ForeignComparison(ServingFleet fleet, DeclaredEndpoints endpoints, ForeignWriting writing, bool told)
{
    private const int Workers = 4;
    private const int Rounds = 50;
    private const int WarmUp = 5;

    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);
    private static readonly int[] Sizes = [100, 5_000];

    // No notification is sent on a server that can prepare transactions: one would make PREPARE TRANSACTION fail.
    private static readonly Dictionary<string, string> Silent = new() { ["max_prepared_transactions"] = "1" };

    private int _moved;

    public static async Task RunAsync()
    {
        Console.WriteLine(ForeignRow.Head);
        foreach (var writing in ForeignWriting.All)
        {
            await CompareAsync(writing, told: true);
            await CompareAsync(writing, told: false);
        }
    }

    private static Task CompareAsync(ForeignWriting writing, bool told) => BenchPostgres.UseAsync(told ? [] : Silent, async postgres =>
    {
        await using var fleet = await ServingFleet.StartAsync(postgres, Options(writing, told));
        await using var connection = new NpgsqlConnection(postgres.ConnectionString());
        await connection.OpenAsync();
        var endpoints = new DeclaredEndpoints(fleet, connection);
        await endpoints.DeclareAsync(Sizes[0]);
        await fleet.StartWorkersAsync(postgres);
        var comparison = new ForeignComparison(fleet, endpoints, writing, told);
        await comparison.UntilNotedAsync();
        foreach (var size in Sizes)
        {
            Console.WriteLine(await comparison.MeasureAsync(size));
        }
    });

    private static ServingFleetOptions Options(ForeignWriting writing, bool told)
    {
        var silo = new Dictionary<string, string> { [$"{ServingFleet.RegistrySection}:SyncOn"] = writing.SyncOn };
        if (!told)
        {
            silo["EndpointSync:Sync:PollInterval"] = PollInterval.ToString();
        }

        return new ServingFleetOptions(Workers)
        {
            Silo = silo,
            // A miss is answered from the table that is served, so that the requests that wait for the change have no part in bringing it.
            Worker = new Dictionary<string, string> { ["EndpointSync:Worker:NotFoundTimeout"] = "00:00:00" },
            Pause = TimeSpan.FromMilliseconds(2),
        };
    }

    // The triggers are installed a moment after the tables, and what is written before them is found by a full check alone.
    private async Task UntilNotedAsync()
    {
        while (!await endpoints.ScalarAsync<bool>("select endpoint_sync.is_tracked('public')"))
        {
            await Task.Delay(PollInterval);
        }
    }

    private async Task<ForeignRow> MeasureAsync(int size)
    {
        await endpoints.DeclareAsync(size);
        var row = new ForeignRow(writing.Name, told, size);
        for (var round = 0; round < WarmUp + Rounds; round++)
        {
            await MeasureRoundAsync(round < WarmUp ? new ForeignRow(writing.Name, told, size) : row);
        }

        var repaired = await endpoints.ScalarAsync<long>("select count(*) from endpoint_sync.foreign_writes where verdict <> 'adopted'");
        return repaired == 0 ? row : throw new InvalidOperationException($"{repaired} foreign writes were repaired, so what was measured is not their way.");
    }

    private async Task MeasureRoundAsync(ForeignRow row)
    {
        await row.Commit.MeasureAsync(endpoints.CommitOnceAsync);
        await row.Request.MeasureAsync(() => fleet.AskOnceAsync(DeclaredEndpoints.PathOf(endpoints.Count)));
        if (!told)
        {
            // The round before ended with a poll; a writer comes at any time between two.
            await Task.Delay(PollInterval * Random.Shared.NextDouble());
        }

        var path = await writing.MoveAsync(endpoints, ++_moved);
        await row.CommitToServed.MeasureAsync(() => fleet.UntilServedAsync(path, Task.CompletedTask));
    }
}
