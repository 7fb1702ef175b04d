using System.Diagnostics;
using Npgsql;

namespace EndpointSync.Bench.Propagation;

/// <summary>
/// From a committed endpoint until each of eight worker processes answers its path with 200, among 100 to 50,000 endpoints: the reload is posted when
/// the endpoint is committed, and all workers are asked for the path again and again from its receipt on. Beside it, in the same rounds, what cannot
/// be had for less: one commit, and one request to a worker for a path that it serves already.
/// </summary>
internal sealed class PropagationComparison(PropagationFleet fleet, NpgsqlConnection connection)
{
    private const int Rounds = 30;
    private const int WarmUp = 5;

    // A sync has its deadline; what it does is not measured here.
    private const int MostAtOnce = 5_000;

    private static readonly int[] Sizes = [100, 1_000, 5_000, 50_000];

    private int _declared;

    public static Task RunAsync() => BenchPostgres.UseAsync(async postgres =>
    {
        await using var fleet = await PropagationFleet.StartAsync(postgres);
        await using var connection = new NpgsqlConnection(postgres.ConnectionString());
        await connection.OpenAsync();
        var comparison = new PropagationComparison(fleet, connection);
        await comparison.DeclareAsync(Sizes[0]);
        await fleet.StartWorkersAsync(postgres);
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
        await DeclareAsync(size);
        var row = new PropagationRow(size);
        for (var round = 0; round < WarmUp + Rounds; round++)
        {
            await MeasureRoundAsync(round < WarmUp ? new PropagationRow(size) : row);
        }

        return row;
    }

    private async Task MeasureRoundAsync(PropagationRow row)
    {
        await row.Commit.MeasureAsync(() => ExecuteAsync("insert into bench_floor default values"));
        await row.Request.MeasureAsync(() => fleet.AskOnceAsync(PathOf(_declared)));
        await ExecuteAsync(Insert(_declared + 1, _declared + 1));
        _declared++;

        var started = Stopwatch.GetTimestamp();
        var reload = fleet.ReloadAsync();
        var served = fleet.UntilServedAsync(PathOf(_declared), reload);
        await reload;
        var receipt = Stopwatch.GetTimestamp();
        await served;
        var last = Stopwatch.GetTimestamp();

        row.WriteToServed.Add(Stopwatch.GetElapsedTime(started, last));
        row.WriteToReceipt.Add(Stopwatch.GetElapsedTime(started, receipt));
        row.ReceiptToServed.Add(Stopwatch.GetElapsedTime(receipt, last));
    }

    private async Task DeclareAsync(int size)
    {
        await ExecuteAsync("create table if not exists bench_floor (id bigserial primary key)");
        while (_declared < size)
        {
            var last = Math.Min(_declared + MostAtOnce, size);
            await ExecuteAsync(Insert(_declared + 1, last));
            _declared = last;
            await fleet.ReloadAsync();
        }

        await fleet.UntilServedAsync(PathOf(size), Task.CompletedTask);
    }

    private static string PathOf(int number) => $"/services/{number}/";

    private static string Insert(int first, int last) =>
        $"""
         insert into fastapi_endpoint (name, root_path, app, active, registry_sync, save_http_session, create_date, write_date)
         select 'service ' || n, '/services/' || n, 'api_v2', true, false, false, now() at time zone 'utc', now() at time zone 'utc' from generate_series({first}, {last}) as n
         """;

    private async Task ExecuteAsync(string statement)
    {
        await using var command = new NpgsqlCommand(statement, connection) { CommandTimeout = 120 };
        await command.ExecuteNonQueryAsync();
    }
}
