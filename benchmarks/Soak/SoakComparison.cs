using System.Diagnostics;
using EndpointSync.Bench.Budgets;
using EndpointSync.Bench.Model;
using EndpointSync.Bench.Serving;
using Npgsql;

namespace EndpointSync.Bench.Soak;

/// <summary>
/// Half an hour of storms, new, moved and deleted endpoints and foreign writes over 1,000 endpoints, with two silos and four workers: what the processes have
/// of the machine's memory every few minutes, and whether that grows once they are warm.
/// </summary>
internal sealed class SoakComparison : IComparison
{
    private const int Endpoints = 1_000;
    private const int Workers = 4;
    private const int Storm = 64;
    private const string Megabytes = "MB";
    private const string Growth = "growth since warm, %";
    private const string Loops = "loops";

    public string Name => "soak";

    public string Question => "What a fleet's processes take in memory while it works";

    public string Axis => "minutes";

    public bool IsOnRequest => true;

    public Task RunAsync(BenchRun run) => BenchPostgres.UseAsync(async postgres =>
    {
        await using var fleet = await ServingFleet.StartAsync(postgres, new ServingFleetOptions(Workers));
        await using var connection = new NpgsqlConnection(postgres.ConnectionString());
        await connection.OpenAsync();
        var endpoints = new DeclaredEndpoints(fleet, connection);
        await endpoints.DeclareAsync(Endpoints);
        await fleet.StartWorkersAsync(postgres);
        var begun = Stopwatch.GetTimestamp();
        (long Silo, long Worker)? warm = null;
        foreach (var minutes in run.Sized<int[]>(full: [1, 5, 10, 15, 20, 25, 30], quick: [1, 2]))
        {
            var loops = await WorkAsync(fleet, endpoints, begun, TimeSpan.FromMinutes(minutes));
            var memory = fleet.Memory();
            var found = run.Case(minutes);
            var silo = found.Ours("the larger silo");
            var worker = found.Ours("the largest worker");
            silo.Tally(Megabytes, Math.Round(memory.Silo / 1e6));
            silo.Tally(Loops, loops);
            worker.Tally(Megabytes, Math.Round(memory.Worker / 1e6));
            if (warm is { } before)
            {
                Expect(run, silo, (double)memory.Silo / before.Silo);
                Expect(run, worker, (double)memory.Worker / before.Worker);
            }

            warm ??= minutes >= run.Sized(full: 10, quick: 1) ? memory : null;
        }
    });

    private static void Expect(BenchRun run, Row row, double ratio)
    {
        row.Tally(Growth, Math.Round((ratio - 1) * 100, 1));
        run.Expect(Budget.Count(row, Growth, atMost: 10, margin: 0.5));
    }

    private static async Task<int> WorkAsync(ServingFleet fleet, DeclaredEndpoints endpoints, long begun, TimeSpan until)
    {
        var loops = 0;
        for (; Stopwatch.GetElapsedTime(begun) < until; loops++)
        {
            // A storm after one endpoint came, one moved and one went.
            var path = await endpoints.AddAsync();
            await endpoints.ExecuteAsync($"""
                delete from fastapi_endpoint where id = (select min(id) from fastapi_endpoint);
                update fastapi_endpoint set root_path = '/moved/' || id || '/' || gen_random_uuid(), registry_sync = false
                where id = (select min(id) from fastapi_endpoint)
                """);
            await Task.WhenAll(Enumerable.Range(0, Storm).Select(_ => fleet.ReloadAsync()));
            await fleet.Asked.UntilServedAsync(path, Task.CompletedTask);
            // Another program moves a route's row, which is put right again.
            await endpoints.ExecuteAsync("""
                update endpoint_route set routing = replace(routing, '/services/', '/elsewhere/')
                where key = (select max(key) from endpoint_route where key like 'fastapi.endpoint:%')
                """);
            await fleet.ReloadAsync();
        }

        return loops;
    }
}
