using EndpointSync.Bench.Budgets;
using EndpointSync.Bench.Model;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace EndpointSync.Bench.Fanout;

/// <summary>
/// From the commit of a version, as Postgres has its time, until every silo has it and has told a grain of its own; beside one call from a silo to a grain
/// on another one. The time of a commit is taken before it is written to disk, so that this wait is counted too.
/// </summary>
internal sealed class SpreadComparison : IComparison
{
    private const int WarmUp = 200;

    // Grains go to any silo; so many leave none without one.
    private const int Grains = 64;

    private const string CommittedSql = "select pg_xact_commit_timestamp(xmin) from endpoint_sync.versions order by version desc limit 1";

    private static readonly Dictionary<string, string> Settings = new() { ["track_commit_timestamp"] = "on" };

    public string Name => "spread";

    public string Question => "From a version's commit until every silo has it";

    public string Axis => "silos";

    public async Task RunAsync(BenchRun run)
    {
        foreach (var silos in run.Sized<int[]>(full: [2, 4, 8], quick: [2]))
        {
            await BenchPostgres.UseAsync(Settings, async postgres =>
            {
                await using var cluster = await FanoutCluster.StartAsync(postgres, silos);
                await using var connection = new NpgsqlConnection(postgres.ConnectionString());
                await connection.OpenAsync();
                await cluster.ActivateAsync(Grains);
                await CompareAsync(run, cluster, connection);
            });
        }
    }

    private static async Task CompareAsync(BenchRun run, FanoutCluster cluster, NpgsqlConnection connection)
    {
        var found = run.Case(cluster.Silos.Count);
        var call = found.Floor("a grain call from silo to silo");
        var spread = found.Ours("commit to every silo");
        var far = cluster.Grains.GetGrain<IFanoutGrain>(FanoutGrain.On(SiloOf(cluster, number: 1)).First());
        for (var round = 0; round < WarmUp + run.Sized(full: 500, quick: 100); round++)
        {
            var isWarm = round >= WarmUp;
            await (isWarm ? call.Times : new Samples()).MeasureAsync(far.CallAsync);
            (isWarm ? spread.Times : new Samples()).Add(await SpreadAsync(cluster, connection));
        }

        var budget = Budget.Ratio(spread, call, atMost: 3, margin: 0.5, Statistic.Percentile99);
        run.Expect(cluster.Silos.Count > 2 ? budget.KnownToCome(35) : budget);
    }

    private static async Task<TimeSpan> SpreadAsync(FanoutCluster cluster, NpgsqlConnection connection)
    {
        await cluster.ReloadAsync(connection);
        await using var command = new NpgsqlCommand(CommittedSql, connection);
        var committed = (DateTime)(await command.ExecuteScalarAsync())!;
        return FanoutGrain.Told - committed;
    }

    private static SiloAddress SiloOf(FanoutCluster cluster, int number) =>
        cluster.Silos[number].Services.GetRequiredService<ILocalSiloDetails>().SiloAddress;
}
