using System.Collections.Concurrent;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Process.Tls;

/// <summary>A client that reloads again and again until it is disposed.</summary>
internal sealed class SteadyReloads : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _failures = new();
    private readonly Task _loop;
    private int _done;

    public SteadyReloads(ClientHost app) => _loop = RunAsync(app);

    public IReadOnlyCollection<string> Failures => [.. _failures];

    public Task AtLeastAsync(int count) =>
        Deadline.UntilAsync(() => Task.FromResult(Volatile.Read(ref _done) >= count), $"{count} reloads");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop.Within("the last reload");
        _stop.Dispose();
    }

    private async Task RunAsync(ClientHost app)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var receipt = await app.Client.ReloadAsync("openspp");
                if (!receipt.InSync)
                {
                    _failures.Enqueue($"{receipt.Outcome}: {receipt.Problem}");
                }
            }
            catch (Exception failure)
            {
                _failures.Enqueue(failure.ToString());
            }

            Interlocked.Increment(ref _done);
            await Task.Delay(Pause);
        }
    }
}
