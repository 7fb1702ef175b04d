using System.Diagnostics;
using EndpointSync.Bench.Serving;
using Npgsql;

namespace EndpointSync.Bench.Propagation;

/// <summary>
/// From a committed endpoint until each of eight worker processes answers its path with 200, among 100 to 50,000 endpoints: the reload is posted when
/// the endpoint is committed, and all workers are asked for the path again and again from its receipt on. Beside it, in the same rounds, what cannot
/// be had for less: one commit, and one request to a worker for a path that it serves already.
/// </summary>
internal sealed class PropagationComparison(ServingFleet fleet, DeclaredEndpoints endpoints)
{
    public const int Workers = 8;

    private const int Rounds = 30;
    private const int WarmUp = 5;

    private static readonly int[] Sizes = [100, 1_000, 5_000, 50_000];

    public static Task RunAsync() => BenchPostgres.UseAsync(async postgres =>
    {
        await using var fleet = await ServingFleet.StartAsync(postgres, new ServingFleetOptions(Workers));
        await using var connection = new NpgsqlConnection(postgres.ConnectionString());
        await connection.OpenAsync();
        var endpoints = new DeclaredEndpoints(fleet, connection);
        await endpoints.DeclareAsync(Sizes[0]);
        await fleet.StartWorkersAsync(postgres);
        var comparison = new PropagationComparison(fleet, endpoints);
        var rows = new List<PropagationRow>();
        Console.WriteLine(PropagationRow.Head);
        foreach (var size in Sizes)
        {
            rows.Add(await comparison.MeasureAsync(size));
            Console.WriteLine(rows[^1]);
            await PropagationReport.WriteAsync(rows);
        }
    });

    private async Task<PropagationRow> MeasureAsync(int size)
    {
        await endpoints.DeclareAsync(size);
        var row = new PropagationRow(size);
        for (var round = 0; round < WarmUp + Rounds; round++)
        {
            await MeasureRoundAsync(round < WarmUp ? new PropagationRow(size) : row);
        }

        return row;
    }

    private async Task MeasureRoundAsync(PropagationRow row)
    {
        await row.Commit.MeasureAsync(endpoints.CommitOnceAsync);
        await row.Request.MeasureAsync(() => fleet.AskOnceAsync(DeclaredEndpoints.PathOf(endpoints.Count)));
        var path = await endpoints.AddAsync();

        var started = Stopwatch.GetTimestamp();
        var reload = fleet.ReloadAsync();
        var served = fleet.UntilServedAsync(path, reload);
        await reload;
        var receipt = Stopwatch.GetTimestamp();
        await served;
        var last = Stopwatch.GetTimestamp();

        row.WriteToServed.Add(Stopwatch.GetElapsedTime(started, last));
        row.WriteToReceipt.Add(Stopwatch.GetElapsedTime(started, receipt));
        row.ReceiptToServed.Add(Stopwatch.GetElapsedTime(receipt, last));
    }
}
