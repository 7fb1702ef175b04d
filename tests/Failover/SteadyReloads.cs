using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Processes;

namespace EndpointSync.Tests.Failover;

/// <summary>A caller that reloads at one silo until it is ended. Each reload must succeed.</summary>
internal sealed class SteadyReloads
{
    // Silos and workers need their share of a busy machine.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

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
            await Task.Delay(Pause);
        }

        return done;
    }
}
