using EndpointSync.Bench.Model;
using EndpointSync.Bench.Reports;
using EndpointSync.Bench.Serving;
using Npgsql;

namespace EndpointSync.Bench.Foreign;

/// <summary>
/// From a commit without a reload until each of four worker processes answers by it, among 100 and 5,000 endpoints,
/// with notifications and with polls alone. Beside it, in the same rounds, the floor: one commit, and one request to a
/// worker for a path that it serves already.
/// </summary>
internal sealed class ForeignComparison : IComparison
{
    private const int Workers = 4;
    private const int WarmUp = 5;

    // Faster writers share reloads; see SyncOptions.ReactionsPerSecond.
    private static readonly TimeSpan WriterPause = TimeSpan.FromMilliseconds(200);

    private static readonly TimeSpan PollInterval = TimeSpan.FromSeconds(1);

    // No notification is sent on a server that can prepare transactions: one would make PREPARE TRANSACTION fail.
    private static readonly Dictionary<string, string> Silent = new() { ["max_prepared_transactions"] = "1" };

    public string Name => "foreign";

    public string Question => "From a commit that nobody tells of until 4 workers answer by it";

    public async Task RunAsync(BenchRun run)
    {
        foreach (var writing in ForeignWriting.All)
        {
            await CompareAsync(run, writing, notified: true);
            if (!run.IsQuick)
            {
                await CompareAsync(run, writing, notified: false);
            }
        }
    }

    private static Task CompareAsync(BenchRun run, ForeignWriting writing, bool notified) =>
        BenchPostgres.UseAsync(notified ? [] : Silent, async postgres =>
    {
        var sizes = run.Sized<int[]>(full: [100, 5_000], quick: [100]);
        await using var fleet = await ServingFleet.StartAsync(postgres, Options(writing, notified));
        await using var connection = new NpgsqlConnection(postgres.ConnectionString());
        await connection.OpenAsync();
        var endpoints = new DeclaredEndpoints(fleet, connection);
        await endpoints.DeclareAsync(sizes[0]);
        await fleet.StartWorkersAsync();
        await UntilRecordedAsync(endpoints);
        var rounds = new ForeignRounds(fleet, endpoints, writing, notified ? WriterPause : PollInterval);
        foreach (var size in sizes)
        {
            await endpoints.DeclareAsync(size);
            var found = run.Case(
                $"{writing.Name}, {(notified ? "notified" : "polls of 1 s")}, {Figures.Count(size)} endpoints");
            await rounds.MeasureAsync(found, WarmUp, run.Sized(full: 50, quick: 10));
        }
    });

    private static ServingFleetOptions Options(ForeignWriting writing, bool notified)
    {
        var silo = new Dictionary<string, string> { [$"{ServingFleet.RegistrySection}:SyncOn"] = writing.SyncOn };
        if (!notified)
        {
            silo["EndpointSync:Sync:PollInterval"] = PollInterval.ToString();
        }

        return new ServingFleetOptions(Workers)
        {
            Silo = silo,
            // A miss is answered from the served table, so that the requests that wait for the change do not help to
            // bring it.
            Worker = new Dictionary<string, string> { ["EndpointSync:Worker:NotFoundTimeout"] = "00:00:00" },
            Pause = TimeSpan.FromMilliseconds(2),
        };
    }

    // The triggers are installed a moment after the tables. Only a full check finds what is written before them.
    private static async Task UntilRecordedAsync(DeclaredEndpoints endpoints)
    {
        const string Sql = "select endpoint_sync.is_tracked('public')";
        var isRecorded = await endpoints.ScalarAsync<bool>(Sql);
        while (!isRecorded)
        {
            await Task.Delay(PollInterval);
            isRecorded = await endpoints.ScalarAsync<bool>(Sql);
        }
    }
}
