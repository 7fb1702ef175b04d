using System.Collections.Concurrent;
using System.Net;
using EndpointSync.Core;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Outages;

/// <summary>
/// One caller that reloads at each silo, and one that requests from the worker, over and over until the end.
/// </summary>
internal sealed class SteadyCallers : IAsyncDisposable
{
    private static readonly TimeSpan ReloadPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan RequestPause = TimeSpan.FromMilliseconds(20);

    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<ReloadAnswer> _reloads = new();
    private readonly ChangeSignal _reloaded = new();
    private readonly ConcurrentQueue<HttpStatusCode> _requests = new();
    private readonly Task _running;

    public SteadyCallers(OutageFleet fleet, string rootPath) => _running = Task.WhenAll(
        RepeatAsync(ReloadPause, () => ReloadAsync(fleet, silo: 0)),
        RepeatAsync(ReloadPause, () => ReloadAsync(fleet, silo: 1)),
        RepeatAsync(RequestPause, async () => _requests.Enqueue(await fleet.AskWorkerAsync(rootPath))));

    public IReadOnlyCollection<ReloadAnswer> Reloads => _reloads;

    /// <summary>Completes when this many reloads were refused.</summary>
    public async Task UntilRefusedAsync(int count)
    {
        var reloaded = _reloaded.Next;
        while (_reloads.Count(reload => reload.Receipt is null) < count)
        {
            await reloaded.Within($"{count} refused reloads");
            reloaded = _reloaded.Next;
        }
    }

    /// <summary>Ends the calls and demands that every one got a valid answer.</summary>
    public async Task AssertAllAnsweredAsync()
    {
        await _stop.CancelAsync();
        await _running;
        Assert.All(_reloads, reload => reload.AssertClear());
        Assert.All(_requests, status => Assert.Equal(HttpStatusCode.OK, status));
        Assert.NotEmpty(_requests);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task ReloadAsync(OutageFleet fleet, int silo)
    {
        _reloads.Enqueue(await fleet.ReloadAsync(silo));
        _reloaded.Raise();
    }

    private async Task RepeatAsync(TimeSpan pause, Func<Task> call)
    {
        using var timer = new PeriodicTimer(pause);
        while (!_stop.IsCancellationRequested)
        {
            await call();
            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }
}
