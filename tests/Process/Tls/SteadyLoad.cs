using System.Collections.Concurrent;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Process.Tls;

/// <summary>A caller that asks again and again until it is disposed.</summary>
internal sealed class SteadyLoad : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _failures = new();
    private readonly string _what;
    private readonly Task _loop;
    private int _done;

    /// <param name="what">What is asked.</param>
    /// <param name="ask">Asks once, and returns what is wrong with the answer; null if nothing is.</param>
    public SteadyLoad(string what, Func<Task<string?>> ask) => (_what, _loop) = (what, RunAsync(ask));

    public IReadOnlyCollection<string> Failures => [.. _failures];

    /// <summary>Waits for this many more answers.</summary>
    public Task FurtherAsync(int count)
    {
        var target = Volatile.Read(ref _done) + count;
        return Deadline.UntilAsync(() => Task.FromResult(Volatile.Read(ref _done) >= target), $"{count} x {_what}");
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop.Within($"the last of: {_what}");
        _stop.Dispose();
    }

    private async Task RunAsync(Func<Task<string?>> ask)
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                if (await ask() is { } problem)
                {
                    _failures.Enqueue($"{_what}: {problem}");
                }
            }
            catch (Exception failure)
            {
                _failures.Enqueue($"{_what}: {failure}");
            }

            Interlocked.Increment(ref _done);
            await Task.Delay(Pause);
        }
    }
}
