using System.Collections.Concurrent;
using System.Net;
using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Processes;

namespace EndpointSync.Tests.Process.Publishing;

/// <summary>
/// Three silos and four workers under a steady load, while root paths change, a silo is killed, another one joins, and
/// a worker is replaced.
/// </summary>
public sealed class LoadTests
{
    private const int Endpoints = 12;
    private const int Edits = 40;
    private const int LeastAnswers = 3000;

    private readonly Answers _answers = new();
    private readonly ConcurrentDictionary<int, int> _generations = new();
    private long _newest;

    [Fact]
    public async Task Whatever_dies_meanwhile_every_answer_comes_from_one_whole_version_and_no_request_fails()
    {
        await using var fleet = await Fleet.StartAsync(silos: 3);
        await DeclareAsync(fleet);
        var loads = new List<Load>();
        try
        {
            loads.AddRange(
                (await Task.WhenAll(
                    Enumerable.Range(1, 4).Select(number => StartWorkerAsync(fleet, $"worker-{number}"))))
                .Select((worker, seed) => NewLoad(worker, seed)));
            await EditAsync(fleet, loads, Edits / 4, guarded: true);

            var killed = fleet.Silos.Silos[1];
            killed.Kill();
            await killed.Exited.Within("the killed silo's end");
            await EditAsync(fleet, loads, Edits / 4);

            var replaced = loads[3];
            loads.RemoveAt(3);
            await replaced.StopAsync();
            await replaced.Worker.DisposeAsync();
            await replaced.DisposeAsync();
            await fleet.Silos.AddAsync();
            await EditAsync(fleet, loads, Edits / 4);

            loads.Add(NewLoad(await StartWorkerAsync(fleet, "worker-5"), seed: 5));
            await EditAsync(fleet, loads, Edits / 4);

            var last = await fleet.ConvergeAsync(fleet.Silos.Silos[0]);
            Assert.True(last.Reached, $"not served by {string.Join(", ", last.Missing)}");
            Assert.Equal((3, 4), (last.Silos, last.Workers));
            await AskEverythingAsync(loads);
        }
        finally
        {
            foreach (var load in loads)
            {
                await load.DisposeAsync();
                await load.Worker.DisposeAsync();
            }
        }

        await _answers.AssertAddUpAsync(fleet.Database);
        Assert.True(_answers.Count >= LeastAnswers, $"only {_answers.Count} answers");
        Assert.True(_answers.Versions.Count > Edits / 2, $"only {_answers.Versions.Count} versions were seen");
        TestContext.Current.SendDiagnosticMessage($"{_answers.Count} answers by {_answers.Versions.Count} versions");
    }

    private Load NewLoad(WorkerProcess worker, int seed) => new Load(worker, _answers, SomePath).Start(seed * 100);

    // A path that is routed now, was, or will be.
    private string SomePath(Random random)
    {
        var number = random.Next(Endpoints);
        return PathOf(number, Math.Max(0, _generations.GetValueOrDefault(number) + random.Next(-1, 2)));
    }

    private static string PathOf(int number, int generation) => $"{RootOf(number, generation)}/item";

    private static string RootOf(int number, int generation) => $"/e{number}/{generation}";

    private static async Task DeclareAsync(Fleet fleet)
    {
        await fleet.Database.ExecuteAsync(
            $"""
             insert into fastapi_endpoint (name, root_path, app, active, registry_sync, save_http_session)
             select 'e' || number, '/e' || number || '/0', 'api_v2', true, false, false
             from generate_series(0, {Endpoints - 1}) as number
             """);
        await fleet.ReloadUntilAnsweredAsync(fleet.Silos.Silos[0]);
    }

    private async Task EditAsync(Fleet fleet, List<Load> loads, int edits, bool guarded = false)
    {
        for (var edit = 0; edit < edits; edit++)
        {
            var number = edit % Endpoints;
            var generation = _generations.GetValueOrDefault(number) + 1;
            await fleet.Database.ExecuteAsync(
                $"update fastapi_endpoint set root_path = '{RootOf(number, generation)}', registry_sync = false where "
                + $"name = 'e{number}'");
            var receipt = await fleet.ReloadUntilAnsweredAsync(Living(fleet, edit));
            _generations[number] = generation;
            _newest = receipt.Version.Value;

            // Without a demanded version: no worker answers 404 for the path that a receipt promises, unless the worker
            // has lost its silo.
            if (guarded)
            {
                var statuses = await Task.WhenAll(
                    loads.Select(load => load.AskAsync(PathOf(number, generation), atLeast: 0)));
                Assert.All(statuses, status => Assert.Equal(HttpStatusCode.OK, status));
            }

            await Task.WhenAll(loads.SelectMany(load => new[]
            {
                load.AskAsync(PathOf(number, generation), _newest),
                load.AskAsync(PathOf(number, generation - 1), _newest),
            }));
        }
    }

    private static SiloProcess Living(Fleet fleet, int number)
    {
        var living = fleet.Silos.Silos.Where(silo => !silo.Exited.IsCompleted).ToList();
        return living[number % living.Count];
    }

    private async Task AskEverythingAsync(List<Load> loads)
    {
        foreach (var load in loads)
        {
            await Task.WhenAll(
                _generations.Select(endpoint => load.AskAsync(PathOf(endpoint.Key, endpoint.Value), _newest)));
        }
    }

    private static Task<WorkerProcess> StartWorkerAsync(Fleet fleet, string name) =>
        WorkerProcess.StartAsync(new WorkerProcessOptions
        {
            Registry = Fleet.Registry,
            Silos = fleet.Urls,
            Name = name,
            Configuration = new Dictionary<string, string>
            {
                ["EndpointSync:Worker:MinVersionTimeout"] = "00:00:10",
                ["EndpointSync:Worker:NotFoundTimeout"] = "00:00:10",
                ["Logging:LogLevel:Microsoft.AspNetCore"] = "Warning",
            },
        });
}
