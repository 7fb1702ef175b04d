using EndpointSync.Bench.Budgets;
using EndpointSync.Bench.Model;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace EndpointSync.Bench.Fanout;

/// <summary>
/// A reload until every subscribed grain on two silos got its version, beside the same silos calling the same grains
/// directly and awaiting every answer. The silos are in this process and talk over TCP.
/// </summary>
internal sealed class FanoutComparison : IComparison
{
    private const int WarmUp = 2;
    private const int Rounds = 9;
    private const int LeastBudgeted = 100_000;

    public string Name => "fanout";

    public string Question => "From a reload's call until every subscribed grain on two silos was told";

    public string Axis => "subscribed grains";

    public Task RunAsync(BenchRun run) => BenchPostgres.UseAsync(async postgres =>
    {
        await using var cluster = await FanoutCluster.StartAsync(postgres, silos: 2);
        await using var connection = new NpgsqlConnection(postgres.ConnectionString());
        await connection.OpenAsync();
        foreach (var size in run.Sized<int[]>(full: [1_000, 10_000, 100_000], quick: [1_000, 10_000]))
        {
            await CompareAsync(run, cluster, connection, size);
        }
    });

    private static async Task CompareAsync(BenchRun run, FanoutCluster cluster, NpgsqlConnection connection, int size)
    {
        await cluster.ActivateAsync(size);
        var found = run.Case(size);
        var direct = found.Floor("the same grains called directly, every answer awaited");
        var published = found.Ours("reload and publication");
        for (var round = 0; round < WarmUp + Rounds; round++)
        {
            var isWarm = round >= WarmUp;
            await (isWarm ? direct.Times : new Samples()).MeasureAsync(() => CallAllAsync(cluster));
            await (isWarm ? published.Times : new Samples()).MeasureAsync(() => cluster.ReloadAsync(connection));
        }

        // The reload's own sync is included, and has a large share among few grains.
        if (size >= LeastBudgeted)
        {
            run.Expect(Budget.Ratio(published, direct, atMost: 1.2, margin: 0.3));
        }
    }

    private static Task CallAllAsync(FanoutCluster cluster) => Task.WhenAll(cluster.Silos.Select(silo => Task.Run(() =>
    {
        var factory = silo.Services.GetRequiredService<IGrainFactory>();
        var here = FanoutGrain.On(silo.Services.GetRequiredService<ILocalSiloDetails>().SiloAddress);
        return Task.WhenAll(here.Select(key => factory.GetGrain<IFanoutGrain>(key).CallAsync()));
    })));
}
