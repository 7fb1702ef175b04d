using EndpointSync.Worker.Serving;
using EndpointSync.Core;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Worker.Feed;

/// <summary>Logs when a worker stops getting updates from silos and when it gets them again, once each.</summary>
internal sealed partial class FeedOutage(
    WorkerIdentity worker, FeedCalls calls, CurrentRoutes current, WorkerState state, ILogger<FeedOutage> logger)
{
    private readonly RepeatFilter _complaints = new();
    private readonly RepeatFilter _certificates = new();
    private bool _mustMove;
    private bool _isUnavailable;

    /// <summary>
    /// If the silo failed, finds another one that answers, because the answer to the next long poll may take seconds.
    /// </summary>
    /// <returns>Whether another silo is asked from now on.</returns>
    public async Task<bool> MoveAsync(CancellationToken cancellationToken)
    {
        if (!_mustMove)
        {
            return false;
        }

        var isOther = await calls.FindSiloAsync(cancellationToken);
        _mustMove = false;
        if (_isUnavailable)
        {
            Ended();
        }

        return isOther;
    }

    /// <summary>Has another silo asked next, because this one stops or stays behind.</summary>
    public void Leave() => _mustMove = true;

    public void Ended()
    {
        (_isUnavailable, state.FeedProblem) = (false, null);
        // Both, so that each is told again in the next outage.
        if (_complaints.Reset() | _certificates.Reset())
        {
            LogFeedRecovered(worker.Name, worker.Registry);
        }
    }

    public void Began(Exception failure)
    {
        _mustMove = true;
        _isUnavailable = failure is SiloException { Failure: SiloFailure.Unavailable };
        if (failure is InvalidDataException)
        {
            state.ImageProblem = failure.Message;
        }
        else
        {
            state.FeedProblem = failure.Message;
        }

        // Compared by kind, because messages with one cause differ in silos and times. A certificate is told whatever
        // was told before: otherwise a silo that is slow once hides what only a change of settings heals.
        var isNew = ConnectionFailure.IsOfCertificate(failure)
            ? _certificates.IsNew(nameof(ConnectionFailure))
            : _complaints.IsNew((failure as SiloException)?.Failure.ToString() ?? failure.GetType().Name);
        if (isNew)
        {
            Log(failure);
        }
    }

    private void Log(Exception failure)
    {
        if (failure is SiloException { Failure: SiloFailure.Unknown })
        {
            LogUnknown(worker.Name, Reason.Of(failure));
        }
        else if (failure is SiloException { Failure: SiloFailure.Refused })
        {
            LogRefused(worker.Name, worker.Registry, Reason.Of(failure));
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

    [LoggerMessage(
        3113, LogLevel.Error,
        "Worker {Name} may not have the routes of {Registry}: {Reason} It keeps serving what it has and retries until "
        + "it may")]
    private partial void LogRefused(string name, string registry, LogText reason);
}
