using EndpointSync.Bench.Model;
using EndpointSync.Bench.Serving;
using Npgsql;

namespace EndpointSync.Bench.Memory;

/// <summary>
/// The memory of a silo's and a worker's process, by the number of routes, some seconds after these came.
/// </summary>
internal sealed class ProcessMemoryComparison : IComparison
{
    private const string Megabytes = "MB";

    public string Name => "memory-processes";

    public string Question => "What silos and workers take in memory";

    public string Axis => "routes";

    public Task RunAsync(BenchRun run) => BenchPostgres.UseAsync(async postgres =>
    {
        await using var fleet = await ServingFleet.StartAsync(postgres, new ServingFleetOptions(Workers: 2));
        await using var connection = new NpgsqlConnection(postgres.ConnectionString());
        await connection.OpenAsync();
        var endpoints = new DeclaredEndpoints(fleet, connection);
        foreach (var size in run.Sized<int[]>(full: [100, 10_000, 100_000], quick: [100, 1_000]))
        {
            await endpoints.DeclareAsync(size);
            if (fleet.Workers.Count == 0)
            {
                await fleet.StartWorkersAsync();
            }

            await Task.Delay(run.Sized(full: TimeSpan.FromSeconds(10), quick: TimeSpan.FromSeconds(1)));
            var found = run.Case(size);
            var memory = fleet.Memory();
            found.Ours("a silo, the larger of two").Tally(Megabytes, Math.Round(memory.Silo / 1e6));
            found.Ours("a worker, the larger of two").Tally(Megabytes, Math.Round(memory.Worker / 1e6));
        }
    });
}
