using System.Diagnostics;
using EndpointSync.Bench.Budgets;
using EndpointSync.Bench.Model;
using EndpointSync.Bench.Serving;
using Npgsql;

namespace EndpointSync.Bench.Soak;

/// <summary>
/// Half an hour of storms, new, moved and deleted endpoints and foreign writes over 1,000 endpoints, with two silos and
/// four workers. It measures the memory of the processes every few minutes, how long a round takes, and whether either
/// grows once they are warm.
/// </summary>
internal sealed class SoakComparison : IComparison
{
    private const int Endpoints = 1_000;
    private const int Workers = 4;
    private const int Storm = 64;
    private const string Megabytes = "MB";
    private const string Growth = "growth since warm, %";
    private const string Rounds = "rounds";
    private const string Milliseconds = "ms, mean";

    public string Name => "soak";

    public string Question => "What a fleet's processes take in memory while it works, and whether it slows down";

    public string Axis => "minutes";

    public bool IsOnRequest => true;

    public Task RunAsync(BenchRun run) => BenchPostgres.UseAsync(async postgres =>
    {
        await using var fleet = await ServingFleet.StartAsync(postgres, new ServingFleetOptions(Workers));
        await using var connection = new NpgsqlConnection(postgres.ConnectionString());
        await connection.OpenAsync();
        var endpoints = new DeclaredEndpoints(fleet, connection);
        await endpoints.DeclareAsync(Endpoints);
        await fleet.StartWorkersAsync();
        var begun = Stopwatch.GetTimestamp();
        (double Silo, double Worker, double Round)? warm = null;
        foreach (var minutes in run.Sized<int[]>(full: [1, 5, 10, 15, 20, 25, 30], quick: [1, 2]))
        {
            var rounds = await WorkAsync(fleet, endpoints, begun, TimeSpan.FromMinutes(minutes));
            var memory = fleet.Memory();
            var found = run.Case(minutes);
            var silo = found.Ours("the larger silo");
            var worker = found.Ours("the largest worker");
            var round = found.Ours("a round");
            silo.Tally(Megabytes, Math.Round(memory.Silo / 1e6));
            worker.Tally(Megabytes, Math.Round(memory.Worker / 1e6));
            round.Tally(Rounds, rounds.Count);
            round.Tally(Milliseconds, Math.Round(rounds.Mean, 1));
            if (warm is { } before)
            {
                Expect(run, silo, memory.Silo / before.Silo, margin: 0.5);
                Expect(run, worker, memory.Worker / before.Worker, margin: 0.5);
                // The machine's other work shows here.
                Expect(run, round, rounds.Mean / before.Round, margin: 2);
            }

            warm ??= minutes >= run.Sized(full: 10, quick: 1) ? (memory.Silo, memory.Worker, rounds.Mean) : null;
        }
    });

    private static void Expect(BenchRun run, Row row, double ratio, double margin)
    {
        row.Tally(Growth, Math.Round((ratio - 1) * 100, 1));
        run.Expect(Budget.Count(row, Growth, atMost: 10, margin));
    }

    private static async Task<(int Count, double Mean)> WorkAsync(
        ServingFleet fleet, DeclaredEndpoints endpoints, long begun, TimeSpan until)
    {
        var count = 0;
        var started = Stopwatch.GetElapsedTime(begun);
        while (Stopwatch.GetElapsedTime(begun) < until)
        {
            // A storm after one endpoint came, one moved and one went.
            var path = await endpoints.AddAsync();
            await endpoints.ExecuteAsync($"""
                delete from fastapi_endpoint where id = (select min(id) from fastapi_endpoint);
                update fastapi_endpoint
                set root_path = '/moved/' || id || '/' || gen_random_uuid(), registry_sync = false
                where id = (select min(id) from fastapi_endpoint)
                """);
            await Task.WhenAll(Enumerable.Range(0, Storm).Select(_ => fleet.ReloadAsync()));
            await fleet.Asked.UntilServedAsync(path);
            // Another program changes a route's row, which is repaired.
            await endpoints.ExecuteAsync("""
                update endpoint_route set routing = replace(routing, '/services/', '/elsewhere/')
                where key = (select max(key) from endpoint_route where key like 'fastapi.endpoint:%')
                """);
            await fleet.ReloadAsync();
            count++;
        }

        return (count, (Stopwatch.GetElapsedTime(begun) - started).TotalMilliseconds / count);
    }
}
