using EndpointSync.Bench.Budgets;
using EndpointSync.Bench.Model;
using EndpointSync.Bench.Propagation;
using EndpointSync.Bench.Serving;
using EndpointSync.Tools.Postgres;
using Npgsql;

namespace EndpointSync.Bench.Telemetry;

/// <summary>
/// Two fleets that differ in one thing: the silos and workers of one send every trace and metric to a collector, and
/// those of the other measure for nobody. They take turns, each on a database of its own in one server.
/// </summary>
internal sealed class TelemetryComparison : IComparison
{
    private const int Workers = 2;
    private const int Routes = 100;
    private const string Sent = "sent KB";

    // Both are measured to a few percent only after many rounds, and the budget is smaller than the noise of one.
    private const double MostOfNone = 1.03;
    private const double Noise = 0.05;

    public string Name => "telemetry";

    public string Question => "What traces and metrics cost that go to a collector";

    public Task RunAsync(BenchRun run) => BenchPostgres.UseAsync(async postgres =>
    {
        await CreateDatabasesAsync(postgres);
        await using var sink = await OtlpSink.StartAsync();
        await using var without = await StartAsync(postgres, "without", []);
        await using var with = await StartAsync(postgres, "with", sink.Keys);
        using var askedWithout = new AskedWorkers(without.Workers, TimeSpan.FromMilliseconds(1));
        using var askedWith = new AskedWorkers(with.Workers, TimeSpan.FromMilliseconds(1));
        var reload = run.Case("a reload of one endpoint");
        var (reloadWithout, reloadWith) = (reload.Floor("without telemetry"), reload.Ours("with telemetry"));
        var served = run.Case("from the write until all workers serve it");
        var (servedWithout, servedWith) = (served.Floor("without telemetry"), served.Ours("with telemetry"));
        var rounds = run.Sized(full: 400, quick: 20);
        for (var round = -run.Sized(full: 400, quick: 10); round < rounds; round++)
        {
            // Whoever goes first would always find the machine as the other one left it.
            if (round % 2 == 0)
            {
                await MeasureAsync(without, askedWithout, reloadWithout, servedWithout, round >= 0);
                await MeasureAsync(with, askedWith, reloadWith, servedWith, round >= 0);
            }
            else
            {
                await MeasureAsync(with, askedWith, reloadWith, servedWith, round >= 0);
                await MeasureAsync(without, askedWithout, reloadWithout, servedWithout, round >= 0);
            }
        }

        servedWith.Tally(Sent, sink.Bytes / 1024);
        run.Expect(Budget.Ratio(reloadWith, reloadWithout, MostOfNone, Noise));
        run.Expect(Budget.Ratio(servedWith, servedWithout, MostOfNone, Noise));
    });

    private static async Task CreateDatabasesAsync(PrivatePostgres postgres)
    {
        await using var connection = new NpgsqlConnection(postgres.ConnectionString());
        await connection.OpenAsync();
        foreach (var database in new[] { "with", "without" })
        {
            await using var create = new NpgsqlCommand($"create database \"{database}\"", connection);
            await create.ExecuteNonQueryAsync();
        }
    }

    private static async Task<EndpointSyncFleet> StartAsync(
        PrivatePostgres postgres, string database, Dictionary<string, string> keys)
    {
        var fleet = await EndpointSyncFleet.StartAsync(
            postgres, new ServingFleetOptions(Workers) { Database = database, Silo = keys, Worker = keys });
        await fleet.DeclareAsync(Routes);
        return fleet;
    }

    private static async Task MeasureAsync(
        EndpointSyncFleet fleet, AskedWorkers asked, Row reload, Row served, bool counts)
    {
        var (reloads, all) = counts ? (reload.Times, served.Times) : (new Samples(), new Samples());
        await all.MeasureAsync(async () =>
        {
            var path = await fleet.CommitAsync();
            await reloads.MeasureAsync(fleet.ReloadAsync);
            await asked.UntilServedAsync(path);
        });
    }
}
