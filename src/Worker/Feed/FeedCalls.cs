using EndpointSync.Core;
using EndpointSync.Wire;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Worker.Feed;

/// <summary>
/// A worker's questions to its cluster. One silo is asked for news until another one has to be found.
/// </summary>
internal sealed partial class FeedCalls(
    WorkerIdentity worker, SiloList silos, SiloClient client, TimeProvider clock, ILogger<FeedCalls> logger)
{
    // Not shorter than a silo's own wait for the database.
    private static readonly TimeSpan NewestTimeout = TimeSpan.FromSeconds(2);

    private readonly HedgedQuestion _hedged = new(clock);
    private volatile bool _isConnected;

    /// <summary>
    /// Whether a silo has answered, and since then not all of them have failed.
    /// </summary>
    public bool IsConnected => _isConnected;

    /// <exception cref="SiloException">The silo gives no answer, or none with routes.</exception>
    /// <exception cref="InvalidDataException">The answer is malformed.</exception>
    public async Task<News> NextAsync(WorkerReport report, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var silo = silos.Current;
        var news = await client.NextAsync(silo, report, timeout, cancellationToken);
        if (silos.Learn(news.Silos, silo))
        {
            LogSilos(worker.Name, worker.Registry, string.Join(", ", silos.FromCurrent()));
        }

        if (!_isConnected)
        {
            _isConnected = true;
            LogConnected(worker.Name, worker.Registry, silo);
        }

        return news;
    }

    /// <summary>The newest version. If the silo does not answer soon, the others are asked too.</summary>
    /// <exception cref="SiloException">No silo answers in time.</exception>
    public Task<RouteVersion> NewestAsync(TimeSpan timeout, CancellationToken cancellationToken) =>
        _hedged.FirstAsync(
            silos.FromCurrent(), (silo, token) => client.NewestAsync(silo, timeout, token), cancellationToken);

    /// <exception cref="SiloException">The silo gives no answer.</exception>
    public Task LeaveAsync(TimeSpan timeout) => client.LeaveAsync(silos.Current, timeout);

    /// <summary>
    /// Finds a silo that answers, beginning with another one than the last, and asks it from then on.
    /// </summary>
    /// <returns>Whether it is another one than before.</returns>
    /// <exception cref="SiloException">No silo answers.</exception>
    public async Task<bool> FindSiloAsync(CancellationToken cancellationToken)
    {
        var before = silos.Current;
        try
        {
            silos.MoveTo(await _hedged.FirstAsync(
                silos.FromNext(),
                async (silo, token) =>
                {
                    await client.NewestAsync(silo, NewestTimeout, token);
                    return silo;
                },
                cancellationToken));
            return silos.Current != before;
        }
        catch (SiloException)
        {
            _isConnected = false;
            throw;
        }
    }

    [LoggerMessage(3114, LogLevel.Information, "Worker {Name} of {Registry} can ask the silos {Silos}")]
    private partial void LogSilos(string name, string registry, LogText silos);

    [LoggerMessage(3102, LogLevel.Information, "Worker {Name} of {Registry} has reached the cluster at {Silo}")]
    private partial void LogConnected(string name, string registry, Uri silo);
}
