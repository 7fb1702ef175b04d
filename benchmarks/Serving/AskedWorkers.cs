using System.Diagnostics;
using System.Net;

namespace EndpointSync.Bench.Serving;

/// <summary>
/// Servers that are asked for paths, each over a connection of its own that is kept alive; what they fail to answer and
/// close is counted.
/// </summary>
/// <param name="workers">Where they answer HTTP.</param>
/// <param name="pause">How long a server that does not serve a path yet is left alone, at least, before it is asked
/// again.</param>
internal sealed class AskedWorkers(IEnumerable<Uri> workers, TimeSpan pause) : IDisposable
{
    // A server that takes long to change is asked less often, because the requests would take its processor time. Each
    // answer is late by this share.
    private const double DelayShare = 0.05;

    private readonly List<AskedWorker> _workers = [.. workers.Select(address => new AskedWorker(address))];

    /// <summary>Requests that were not answered, or neither with 200 nor with 404, so far.</summary>
    public long Failed => _workers.Sum(worker => worker.Failed);

    /// <summary>Connections that were opened so far; beyond the first of each server, one was closed before.</summary>
    public long Connections => _workers.Sum(worker => worker.Connections);

    /// <summary>One request to one server, for a path that it serves.</summary>
    public Task AskOnceAsync(string path) => UntilAsync(_workers[0], path, HttpStatusCode.OK);

    /// <summary>
    /// Asks every server for a path until it has answered 200. Call it when the writer has its receipt: each miss makes
    /// a worker ask the database for the newest version, and many early requests would take processor time from the
    /// change.
    /// </summary>
    public Task UntilServedAsync(string path) => UntilAsync(path, HttpStatusCode.OK);

    /// <summary>Asks every server for a path until it has answered 404.</summary>
    public Task UntilGoneAsync(string path) => UntilAsync(path, HttpStatusCode.NotFound);

    /// <summary>Asks every server for a path that it serves, again and again.</summary>
    public Task AskSteadilyAsync(string path, TimeSpan every, CancellationToken cancellationToken) =>
        Task.WhenAll(
            _workers.Select(
                worker => Task.Run(
                    () => AskSteadilyAsync(worker, path, every, cancellationToken), CancellationToken.None)));

    public void Dispose() => _workers.ForEach(worker => worker.Dispose());

    private Task UntilAsync(string path, HttpStatusCode wanted) =>
        Task.WhenAll(_workers.Select(worker => Task.Run(() => UntilAsync(worker, path, wanted))));

    private async Task UntilAsync(AskedWorker worker, string path, HttpStatusCode wanted)
    {
        var begun = Stopwatch.GetTimestamp();
        var answer = await worker.AskAsync(path);
        while (answer != wanted)
        {
            var longer = Stopwatch.GetElapsedTime(begun) * DelayShare;
            await Task.Delay(longer > pause ? longer : pause);
            answer = await worker.AskAsync(path);
        }
    }

    private static async Task AskSteadilyAsync(
        AskedWorker worker, string path, TimeSpan every, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(every);
        while (!cancellationToken.IsCancellationRequested)
        {
            if (await worker.AskAsync(path) == HttpStatusCode.NotFound)
            {
                worker.Fail();
            }

            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }
}
