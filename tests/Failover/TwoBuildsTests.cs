using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Processes;

namespace EndpointSync.Tests.Failover;

/// <summary>
/// Silos and workers of another build beside those of this one, as while a fleet is upgraded or taken back. The other
/// build is the one before: <c>./test --upgrade</c>.
/// </summary>
public sealed class TwoBuildsTests(ITestOutputHelper output) : IAsyncDisposable
{
    private const int Each = 2;

    private readonly Queue<(SiloProcess Silo, SteadyReloads Reloads)> _silos = new();
    private readonly Queue<(WorkerProcess Worker, SteadyRequests Requests)> _workers = new();
    private int _declared;
    private int _started;
    private int _reloads;
    private int _requests;

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task Silos_and_workers_are_replaced_one_by_one_by_those_of_another_build_without_a_failed_request(
        bool isUpgrade, bool silosFirst)
    {
        var other = BuildUnderTest.Other();
        var (from, to) = isUpgrade ? (other, BuildUnderTest.This) : (BuildUnderTest.This, other);
        // Empty, so that the first build installs its own schema, and the next one migrates it.
        var database = await TestDatabase.CreateEmptyAsync();
        var options = Options(database);
        await using var fleet = await Fleet.StartAsync(database, silos: 0, options);
        for (var silo = 0; silo < Each; silo++)
        {
            await AddSiloAsync(fleet, from, options);
        }

        await EditAsync(fleet);
        for (var worker = 0; worker < Each; worker++)
        {
            await AddWorkerAsync(from);
        }

        for (var step = 0; step < 2 * Each; step++)
        {
            await EditAsync(fleet);
            if (step < Each == silosFirst)
            {
                await AddSiloAsync(fleet, to, options);
                await EditAsync(fleet);
                await EndSiloAsync();
            }
            else
            {
                await AddWorkerAsync(to);
                await EditAsync(fleet);
                await EndWorkerAsync();
            }
        }

        await EditAsync(fleet);
        for (var one = 0; one < Each; one++)
        {
            await EndWorkerAsync();
            await EndSiloAsync();
        }

        output.WriteLine(
            $"{_reloads} reloads and {_requests} requests to workers succeeded, from '{from.Name}' to '{to.Name}'");
    }

    /// <summary>Ends what a failed test has left.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var (worker, requests) in _workers)
        {
            await worker.DisposeAsync();
            requests.Dispose();
        }

        foreach (var (silo, _) in _silos)
        {
            await silo.DisposeAsync();
        }
    }

    private static SiloProcessOptions Options(TestDatabase database) => new()
    {
        ClusterConnectionString = database.ConnectionString,
        ClusterId = database.Name,
        MembershipProfile = "Balanced",
        Configuration = new Dictionary<string, string>
        {
            [$"EndpointSync:Registries:{Fleet.Registry}:CreateTables"] = "true",
        },
    };

    private async Task AddSiloAsync(Fleet fleet, BuildUnderTest build, SiloProcessOptions options)
    {
        var silo = await SiloProcess.StartAsync(
            build.Silo(options, ++_started), TestContext.Current.CancellationToken);
        _silos.Enqueue((silo, new SteadyReloads(fleet, silo)));
    }

    private async Task EndSiloAsync()
    {
        var (leaving, reloads) = _silos.Dequeue();
        await using (leaving)
        {
            _reloads += await reloads.EndAsync();
            await EndAsync(leaving);
        }
    }

    private async Task AddWorkerAsync(BuildUnderTest build)
    {
        var worker = await WorkerProcess.StartAsync(
            build.Worker(
                new WorkerProcessOptions
                {
                    Registry = Fleet.Registry,
                    Silos = [.. _silos.Select(one => one.Silo.Address)],
                },
                ++_started),
            TestContext.Current.CancellationToken);
        _workers.Enqueue((worker, new SteadyRequests(worker, () => $"/e{Random.Shared.Next(1, _declared + 1)}/items")));
    }

    private async Task EndWorkerAsync()
    {
        var (leaving, requests) = _workers.Dequeue();
        using (requests)
        await using (leaving)
        {
            _requests += await requests.EndAsync();
            await EndAsync(leaving);
        }
    }

    private static async Task EndAsync(ServerProcess leaving)
    {
        await leaving.StopAsync(TestContext.Current.CancellationToken);
        Assert.True(await leaving.Exited == 0, $"{leaving.Name}: {leaving.Output}");
        // What an operator would be called for.
        Assert.False(
            leaving.Output.Contains("fail: EndpointSync.", StringComparison.Ordinal),
            $"{leaving.Name}: {leaving.Output}");
    }

    // An edit at each silo, which all others and all workers take up.
    private async Task EditAsync(Fleet fleet)
    {
        foreach (var (silo, _) in _silos)
        {
            var next = _declared + 1;
            await fleet.DeclareAsync($"e{next}");
            var convergence = await fleet.ConvergeAsync(silo);
            Assert.True(
                (true, _silos.Count, _workers.Count)
                    == (convergence.Reached, convergence.Silos, convergence.Workers),
                $"e{next} at {silo.Name}: {convergence.Silos} silos, {convergence.Workers} workers, missing "
                + string.Join(", ", convergence.Missing));
            _declared = next;
        }
    }
}
