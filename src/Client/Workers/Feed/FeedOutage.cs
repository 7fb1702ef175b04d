using EndpointSync.Client.Workers.Serving;
using EndpointSync.Core;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Client.Workers.Feed;

/// <summary>Logs when a worker stops getting updates from silos and when it gets them again, once each.</summary>
internal sealed partial class FeedOutage(
    WorkerIdentity worker, FeedCalls calls, CurrentRoutes current, WorkerState state, ILogger<FeedOutage> logger)
{
    private readonly RepeatFilter _complaints = new();
    private bool _isTransport;

    /// <summary>
    /// After a lost connection, finds a silo that answers, because the answer to the next long poll may take seconds.
    /// </summary>
    public async Task AskAsync(CancellationToken cancellationToken)
    {
        if (_isTransport)
        {
            await calls.FindSiloAsync(cancellationToken);
            Ended();
        }
    }

    public void Ended()
    {
        (_isTransport, state.FeedProblem) = (false, null);
        if (_complaints.Reset())
        {
            LogFeedRecovered(worker.Name, worker.Registry);
        }
    }

    public void Began(Exception failure)
    {
        _isTransport = ClusterFailures.MayHeal(failure);
        if (failure is InvalidDataException)
        {
            state.ImageProblem = failure.Message;
        }
        else
        {
            state.FeedProblem = failure.Message;
        }

        // Compared by type, because messages with one cause differ in ids and times.
        if (_complaints.IsNew(failure.GetType().Name))
        {
            Log(failure);
        }
    }

    private void Log(Exception failure)
    {
        if (failure is UnknownRegistryException)
        {
            LogUnknown(worker.Name, Reason.Of(failure));
        }
        else
        {
            LogFeedFailed(
                worker.Name, worker.Registry, Reason.Of(failure), current.Routes?.Version ?? RouteVersion.None);
        }
    }

    [LoggerMessage(
        3105, LogLevel.Warning,
        "Worker {Name} gets no updates of {Registry}: {Reason} It keeps serving version {Version} and retries until "
        + "it does")]
    private partial void LogFeedFailed(string name, string registry, LogText reason, RouteVersion version);

    [LoggerMessage(3106, LogLevel.Information, "Worker {Name} gets updates of {Registry} again")]
    private partial void LogFeedRecovered(string name, string registry);

    [LoggerMessage(
        3107, LogLevel.Warning,
        "No silo knows the registry of worker {Name}: {Reason} The worker retries until one does")]
    private partial void LogUnknown(string name, LogText reason);
}
