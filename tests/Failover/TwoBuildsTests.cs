using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Processes;

namespace EndpointSync.Tests.Failover;

/// <summary>
/// Silos of another build beside those of this one, as while a cluster is updated. The other build is the one before,
/// built in a checkout of its own.
/// </summary>
public sealed class TwoBuildsTests
{
    private const string OtherBuild = "ENDPOINTSYNC_OTHER_BUILD";
    private const int Edits = 5;

    [Fact]
    public async Task Silos_are_replaced_one_by_one_by_those_of_another_build_and_back_without_a_failed_reload()
    {
        var other = Environment.GetEnvironmentVariable(OtherBuild);
        Assert.SkipWhen(other is null, $"Set {OtherBuild} to the EndpointSync.Silo.dll of another build.");
        await using var fleet = await Fleet.StartAsync(
            silos: 1, database => Silos.Options(database, "Balanced") with { Program = other });
        var silos = new Queue<(SiloProcess Silo, SteadyReloads Reloads)>();
        Serve(fleet.Silos.Silos[0]);
        Serve(await fleet.Silos.AddAsync(TestContext.Current.CancellationToken));
        var version = 0;

        // Two of this build replace two of the other one, and one of the other one comes back.
        foreach (var (name, program) in new[] { ("new-1", null), ("new-2", null), ("old-3", other) })
        {
            Serve(await SiloProcess.StartAsync(
                Silos.Options(fleet.Database, "Balanced") with { Name = name, Program = program },
                TestContext.Current.CancellationToken));
            version = await EditAsync(version);
            var (leaving, reloads) = silos.Dequeue();
            Assert.NotEqual(0, await reloads.EndAsync());
            await leaving.StopAsync(TestContext.Current.CancellationToken);
            version = await EditAsync(version);
        }

        foreach (var (silo, reloads) in silos)
        {
            Assert.NotEqual(0, await reloads.EndAsync());
            Assert.Equal(version, (await fleet.ConvergeAsync(silo)).Version.Value);
        }

        await Task.WhenAll(silos.Select(one => one.Silo.StopAsync()));

        void Serve(SiloProcess silo) => silos.Enqueue((silo, new SteadyReloads(fleet, silo)));

        async Task<int> EditAsync(int from)
        {
            for (var number = from + 1; number <= from + Edits; number++)
            {
                await fleet.DeclareAsync($"e{number}");
                await fleet.Database.UntilAsync(
                    $"select bool_and(registry_sync) from fastapi_endpoint where name = 'e{number}'", $"edit {number}");
            }

            foreach (var (silo, _) in silos)
            {
                Assert.True((await fleet.ConvergeAsync(silo)).Reached);
            }

            return from + Edits;
        }
    }

    /// <summary>A caller that reloads at one silo until it is ended. Each reload must succeed.</summary>
    private sealed class SteadyReloads
    {
        private readonly Task<int> _done;
        private volatile bool _isEnded;

        public SteadyReloads(Fleet fleet, SiloProcess silo) => _done = RunAsync(fleet, silo);

        /// <summary>How many reloads succeeded.</summary>
        public Task<int> EndAsync()
        {
            _isEnded = true;
            return _done.Within("the last reload");
        }

        private async Task<int> RunAsync(Fleet fleet, SiloProcess silo)
        {
            var done = 0;
            while (!_isEnded)
            {
                var receipt = await fleet.ReloadAsync(silo);
                Assert.True(receipt.InSync, $"{silo.Name}: {receipt.Outcome}, {receipt.Problem}");
                done++;
            }

            return done;
        }
    }
}
