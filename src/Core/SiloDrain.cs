using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace EndpointSync.Core;

/// <summary>
/// The end of a silo in two steps. From <see cref="Begun"/> on it says that it is not ready and sends workers to other
/// silos, and still answers whoever comes. At <see cref="Ended"/> everything that waits in it ends, and it stops.
/// </summary>
internal sealed class SiloDrain(
    IHostApplicationLifetime lifetime, IOptions<SiloDrainOptions> options, TimeProvider clock)
    : IHostedLifecycleService, IDisposable
{
    private readonly CancellationTokenSource _ended = new();

    public CancellationToken Begun => lifetime.ApplicationStopping;

    public CancellationToken Ended => _ended.Token;

    // The host calls it before it stops any service, such as the server that listens.
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        lifetime.StopApplication();
        await Task.Delay(options.Value.Delay, clock, cancellationToken)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _ended.CancelAsync();
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _ended.Dispose();
}
