using EndpointSync.Client.Workers.Serving;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Client.Workers.Feed;

/// <summary>Tells when a worker stops hearing from silos and when it hears from them again, once each.</summary>
internal sealed partial class FeedSilence(WorkerIdentity worker, FeedCalls calls, CurrentRoutes current, WorkerState state, ILogger<FeedSilence> logger)
{
    private string? _told;
    private bool _isTransport;

    /// <summary>After a silence, finds a silo that answers: the answer to the next question for news may be held back for seconds.</summary>
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
        if (_told is not null)
        {
            _told = null;
            LogHeardAgain(worker.Name, worker.Registry);
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

        // By its kind, as the messages of one reason differ in ids and times.
        if (_told != failure.GetType().Name)
        {
            _told = failure.GetType().Name;
            Tell(failure);
        }
    }

    private void Tell(Exception failure)
    {
        if (failure is UnknownRegistryException)
        {
            LogUnknown(worker.Name, Reason.Of(failure));
        }
        else
        {
            LogHeardNothing(worker.Name, worker.Registry, Reason.Of(failure), current.Routes?.Version ?? RouteVersion.None);
        }
    }

    [LoggerMessage(3105, LogLevel.Warning, "Worker {Name} hears nothing new of {Registry}: {Reason} It goes on with version {Version} and asks again until it does")]
    private partial void LogHeardNothing(string name, string registry, string reason, RouteVersion version);

    [LoggerMessage(3106, LogLevel.Information, "Worker {Name} hears of {Registry} again")]
    private partial void LogHeardAgain(string name, string registry);

    [LoggerMessage(3107, LogLevel.Warning, "Worker {Name} asks for a registry that nobody knows: {Reason} It asks again until somebody does")]
    private partial void LogUnknown(string name, string reason);
}
