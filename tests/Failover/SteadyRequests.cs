using System.Globalization;
using System.Net;
using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Processes;

namespace EndpointSync.Tests.Failover;

/// <summary>
/// A caller that asks one worker for routes which every version has, until it is ended. Each answer must be 200, by a
/// version that is not older than the one before.
/// </summary>
internal sealed class SteadyRequests : IDisposable
{
    // Silos and workers need their share of a busy machine.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    private readonly HttpClient _http;
    private readonly Task<int> _done;
    private volatile bool _isEnded;

    /// <param name="worker">The worker.</param>
    /// <param name="path">The next path to ask for.</param>
    public SteadyRequests(WorkerProcess worker, Func<string> path)
    {
        _http = new HttpClient { BaseAddress = worker.Address };
        _done = RunAsync(worker.Name, path);
    }

    /// <summary>How many requests succeeded.</summary>
    public Task<int> EndAsync()
    {
        _isEnded = true;
        return _done.Within("the last request");
    }

    public void Dispose() => _http.Dispose();

    private async Task<int> RunAsync(string worker, Func<string> path)
    {
        var (done, newest) = (0, 0L);
        while (!_isEnded)
        {
            var asked = path();
            using var answer = await _http.GetAsync(new Uri(asked, UriKind.Relative));
            Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{worker}, {asked}: {answer.StatusCode}");
            var version = long.Parse(
                answer.Headers.GetValues("X-Route-Version").Single(), CultureInfo.InvariantCulture);
            Assert.True(version >= newest, $"{worker}: version {version} after {newest}");
            newest = version;
            done++;
            await Task.Delay(Pause);
        }

        return done;
    }
}
