using System.Collections.Concurrent;
using System.Net;
using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Processes;

namespace EndpointSync.Tests.Process.Cluster;

/// <summary>
/// Reloads as through a proxy in front of the silos: in turn at each that says it is ready, over connections that are
/// kept open. It looks at their readiness all the time.
/// </summary>
internal sealed class Proxy : IAsyncDisposable
{
    private const int Callers = 3;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly HttpClient _http = new();
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentDictionary<SiloProcess, List<HttpStatusCode>> _readiness = new();
    private readonly ConcurrentDictionary<SiloProcess, int> _reloads = new();
    private readonly Task _running;

    public Proxy(IReadOnlyList<SiloProcess> silos, string path) => _running = Task.WhenAll(
        [
            .. silos.Select(WatchAsync),
            .. Enumerable.Range(0, Callers).Select(caller => ReloadAsync(silos, path, caller)),
        ]);

    /// <summary>The reloads that were not answered with 200.</summary>
    public ConcurrentBag<string> Failures { get; } = [];

    public int Reloads => _reloads.Values.Sum();

    /// <summary>What a silo's readiness was, without repetitions, until it could not be asked any more.</summary>
    public IReadOnlyList<HttpStatusCode> ReadinessOf(SiloProcess silo)
    {
        lock (_readiness)
        {
            return [.. _readiness.GetValueOrDefault(silo, [])];
        }
    }

    public Task UnreadyAsync(SiloProcess silo) => Deadline.UntilAsync(
        () => Task.FromResult(ReadinessOf(silo).Contains(HttpStatusCode.ServiceUnavailable)), "a silo that is unready");

    /// <summary>Waits until a silo has answered a few more reloads.</summary>
    public Task WorkedAsync(SiloProcess silo)
    {
        var before = _reloads.GetValueOrDefault(silo);
        return Deadline.UntilAsync(
            () => Task.FromResult(_reloads.GetValueOrDefault(silo) > before + Callers), $"reloads at {silo.Name}");
    }

    public async Task EndAsync()
    {
        await _end.CancelAsync();
        await _running;
    }

    public async ValueTask DisposeAsync()
    {
        await EndAsync();
        _end.Dispose();
        _http.Dispose();
    }

    private async Task WatchAsync(SiloProcess silo)
    {
        try
        {
            while (!_end.IsCancellationRequested)
            {
                using var answer = await _http.GetAsync(new Uri(silo.Address, "health/ready"));
                Note(silo, answer.StatusCode);
                await Task.Delay(Pause);
            }
        }
        catch (HttpRequestException)
        {
            // It listens no more.
        }
    }

    private void Note(SiloProcess silo, HttpStatusCode status)
    {
        lock (_readiness)
        {
            var seen = _readiness.GetOrAdd(silo, _ => []);
            if (seen.Count == 0 || seen[^1] != status)
            {
                seen.Add(status);
            }
        }
    }

    private bool IsReady(SiloProcess silo) => ReadinessOf(silo) is [.., HttpStatusCode.OK];

    private async Task ReloadAsync(IReadOnlyList<SiloProcess> silos, string path, int caller)
    {
        while (!_end.IsCancellationRequested)
        {
            var silo = silos[caller++ % silos.Count];
            if (!IsReady(silo))
            {
                await Task.Delay(Pause);
                continue;
            }

            try
            {
                using var answer = await _http.PostAsync(new Uri(silo.Address, path), content: null);
                _reloads.AddOrUpdate(silo, 1, (_, count) => count + 1);
                if (answer.StatusCode != HttpStatusCode.OK)
                {
                    Failures.Add($"{silo.Name}: {answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
                }
            }
            catch (HttpRequestException failure)
            {
                Failures.Add($"{silo.Name}: {failure.Message}");
            }
        }
    }
}
