using EndpointSync.Core;
using EndpointSync.Grains.Locks;
using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Publishing;
using EndpointSync.Grains.Registries;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Grains.Events;

/// <summary>
/// Reads the events of one registry for all who watch it at this silo, while there are any: one query for each version,
/// and one each second for what no version announces.
/// </summary>
internal sealed partial class EventReader : IDisposable
{
    private static readonly TimeSpan EventInterval = TimeSpan.FromSeconds(1);

    // Every silo is asked, and each answers with all its workers.
    private static readonly TimeSpan ConvergedInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ConvergingInterval = TimeSpan.FromMilliseconds(500);

    private const int PageSize = 200;

    // After a silo's death its watchers come with cursors of any age. They must not take all connections.
    private readonly SemaphoreSlim _catchUps = new(2, 2);
    private readonly CancellationTokenSource _stopping = new();
    private readonly CancellationToken _stopped;
    private readonly ChangeSignal _changed = new();
    private readonly Registry _registry;
    private readonly RegistryRoutes _routes;
    private readonly ConvergenceWatch _convergence;
    private readonly LockWatch _locks;
    private readonly TimeProvider _clock;
    private readonly ILogger _logger;
    private readonly EventStore _store;
    private volatile EventWindow _window = EventWindow.Of([]);

    public EventReader(
        Registry registry, PublishedRegistry published, ConvergenceWatch convergence, LockWatch locks,
        TimeProvider clock, ILogger<EventReader> logger)
    {
        (_registry, _routes, _convergence, _locks) = (registry, published.Routes, convergence, locks);
        (_clock, _logger, _stopped) = (clock, logger, _stopping.Token);
        _store = new EventStore(registry.Database);
        States = new RegistryStates(registry.Name, clock);
        Opened = OpenAsync();
    }

    /// <summary>Completes when the newest events are there; fails if they cannot be read.</summary>
    public Task Opened { get; }

    /// <summary>The newest events.</summary>
    public EventWindow Window => _window;

    /// <summary>The present states.</summary>
    public RegistryStates States { get; }

    /// <summary>Completes with the next change of either. Take it before you read them.</summary>
    public Task Changed => _changed.Next;

    /// <summary>Ends the reading, because nobody watches any more.</summary>
    public void Dispose()
    {
        _stopping.Cancel();
        _stopping.Dispose();
        _catchUps.Dispose();
    }

    /// <summary>Reads what the window does not have, for a watcher that is behind it.</summary>
    public async Task<EventPage> CatchUpAsync(EventCursor after, CancellationToken cancellationToken)
    {
        await _catchUps.WaitAsync(cancellationToken);
        try
        {
            return await _store.ReadAsync(after, PageSize, cancellationToken);
        }
        finally
        {
            _catchUps.Release();
        }
    }

    /// <summary>The place behind the newest event of the database.</summary>
    public async Task<EventCursor> FindEndAsync(CancellationToken cancellationToken) =>
        EventWindow.Of(await _store.ReadNewestAsync(1, cancellationToken)).End;

    private async Task OpenAsync()
    {
        await _registry.Preparation.EnsureAsync(_stopped);
        _window = EventWindow.Of(await _store.ReadNewestAsync(EventWindow.Size, _stopped));
        _ = Task.WhenAll(ReadEventsForeverAsync(), ReadStatesForeverAsync());
    }

    private async Task ReadEventsForeverAsync()
    {
        var complaints = new RepeatFilter();
        while (!_stopped.IsCancellationRequested)
        {
            var published = _routes.Changed;
            var failure = await TryReadEventsAsync();
            if (failure is not null && complaints.IsNew(failure))
            {
                LogNotRead(_registry.Name, failure);
            }
            else if (failure is null && complaints.Reset())
            {
                LogRead(_registry.Name);
            }

            if (States.See(_registry.Database.Silo, failure))
            {
                _changed.Raise();
            }

            await PauseAsync(published, EventInterval);
        }
    }

    private async Task<string?> TryReadEventsAsync()
    {
        try
        {
            while (await ReadEventsAsync() >= PageSize)
            {
                // There are more.
            }

            return null;
        }
        catch (Exception failure)
        {
            return _stopped.IsCancellationRequested
                ? null
                : SqlStates.Describe(failure)?.Detail ?? failure.Message;
        }
    }

    private async Task<int> ReadEventsAsync()
    {
        var page = await _store.ReadAsync(_window.End, PageSize, _stopped);
        if (page.Events.Count == 0 && page.Gap == EventGap.None)
        {
            return 0;
        }

        // The database went back, or this silo slept for longer than events are kept.
        _window = page.Gap == EventGap.None
            ? _window.With(page.Events)
            : EventWindow.Of(await _store.ReadNewestAsync(EventWindow.Size, _stopped));
        _changed.Raise();
        return page.Gap == EventGap.None ? page.Events.Count : 0;
    }

    private async Task ReadStatesForeverAsync()
    {
        while (!_stopped.IsCancellationRequested)
        {
            var published = _routes.Changed;
            var isConverged = await ReadStatesAsync();
            await PauseAsync(published, isConverged ? ConvergedInterval : ConvergingInterval);
        }
    }

    private async Task<bool> ReadStatesAsync()
    {
        try
        {
            var list = await _convergence.ListAsync(_registry.Name);
            if (States.See(list) | States.See(_locks.HolderOf(_registry.Name)))
            {
                _changed.Raise();
            }

            return list.Subscribers.All(subscriber => subscriber.Serves(list.Version));
        }
        catch (Exception)
        {
            // While this silo starts or stops it cannot ask the others. The next round asks again.
            return false;
        }
    }

    private async Task PauseAsync(Task change, TimeSpan longest)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(_stopped);
        await Task.WhenAny(change, Task.Delay(longest, _clock, ended.Token));
        await ended.CancelAsync();
    }

    [LoggerMessage(
        1140, LogLevel.Warning,
        "The events of {Registry} cannot be read: {Reason} Event streams at this silo wait, and nothing is skipped")]
    private partial void LogNotRead(string registry, LogText reason);

    [LoggerMessage(1141, LogLevel.Information, "The events of {Registry} are read again")]
    private partial void LogRead(string registry);
}
