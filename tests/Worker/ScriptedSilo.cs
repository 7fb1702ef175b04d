using EndpointSync.Client.Workers.Feed;
using EndpointSync.Core;
using EndpointSync.Wire;

namespace EndpointSync.Tests.Worker;

/// <summary>
/// Plays the silo behind the network: a test decides what is published, when the newest version is known, and what
/// fails.
/// </summary>
internal sealed class ScriptedSilo : IFeedSource, IRouteFeedGrain, IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<WorkerReport> _reports = [];
    private RouteImage _image = RouteImage.Empty;
    private RouteDelta? _delta;
    private bool _isPublished;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _reported = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenSource _gateway = new();

    public bool IsConnected { get; set; } = true;

    /// <summary>Fails every call while it is set.</summary>
    public Exception? Failure { get; set; }

    /// <summary>The database's newest version, if a test wants it to differ from the silo's.</summary>
    public Func<Task<RouteVersion>>? Newest { get; set; }

    public int NewestCalls { get; private set; }

    public int PagesRead { get; private set; }

    public bool SpoilsDeltas { get; set; }

    public Guid? Left { get; private set; }

    /// <summary>How many of the entries, from the first on, lead to a frozen silo.</summary>
    public int FrozenEntries { get; set; }

    public CancellationToken UntilGatewayIsLost => _gateway.Token;

    public ValueTask<IRouteFeedGrain> FeedAsync(int entry, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IRouteFeedGrain>(new ScriptedFeed(this, () => entry < FrozenEntries));

    public void Publish(long version, params PublishedRoute[] routes)
    {
        lock (_lock)
        {
            var before = _image;
            var hash = routes.Aggregate(default(ContentHash), (sum, route) => sum ^ route.Hash);
            Assert.True(
                before.TryReplace(new RouteVersion(version), hash, routes, out var image, out var reason), reason);
            (_image, _isPublished) = (image, true);
            var gone = before.Routes.Where(route => routes.All(other => other.Key != route.Key)).Select(
                route => new PublishedChange(route.Key, null));
            var come = routes.Where(route => before.Routes.All(other => other.Hash != route.Hash)).Select(
                route => new PublishedChange(route.Key, route));
            _delta = new RouteDelta(before.Version, image.Version, SpoilsDeltas ? default : hash, [.. gone, .. come]);
            Interlocked.Exchange(ref _changed, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
        }
    }

    public void LoseGateway() => Interlocked.Exchange(ref _gateway, new CancellationTokenSource()).Cancel();

    /// <summary>Waits for a report; reports that came before count.</summary>
    public async Task<WorkerReport> ReportedAsync(Func<WorkerReport, bool> condition, string what)
    {
        while (true)
        {
            Task next;
            lock (_lock)
            {
                next = _reported.Task;
                if (_reports.Find(report => condition(report)) is { } found)
                {
                    return found;
                }
            }

            await next.Within(what);
        }
    }

    public Task<WorkerReport> ServesAsync(long version) =>
        ReportedAsync(report => report.Version.Value == version, $"a report of version {version}");

    public async Task<RouteFeed> NextAsync(WorkerReport report, CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            _reports.Add(report);
            Interlocked.Exchange(ref _reported, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
        }

        while (true)
        {
            Task changed;
            lock (_lock)
            {
                ThrowIfFailing();
                changed = _changed.Task;
                if (_image.TableId != report.Has && _image.Version >= report.Has.Version)
                {
                    return new RouteFeed(
                        _image.TableId,
                        _delta?.From == report.Has.Version && report.Has.Version > RouteVersion.None ? _delta : null);
                }
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    public Task ReportAsync(WorkerReport report)
    {
        lock (_lock)
        {
            ThrowIfFailing();
            return Task.CompletedTask;
        }
    }

    public Task LeaveAsync(Guid worker)
    {
        Left = worker;
        return Task.CompletedTask;
    }

    // One route per page, so that a full read always takes several calls; no page before the first publication.
    public async Task<RoutePage?> PageAsync(
        RouteVersion version, int offset, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
            {
                ThrowIfFailing();
                PagesRead++;
                changed = _changed.Task;
                if (_isPublished)
                {
                    return version != RouteVersion.None && version != _image.Version
                        ? null
                        : new RoutePage(
                            _image.Version, _image.Hash, _image.Table.Count,
                            [.. _image.Routes.OrderBy(route => route.Key).Skip(offset).Take(1)]);
                }
            }

            await changed.WaitAsync(cancellationToken);
        }
    }

    public Task<RouteVersion> NewestAsync(CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            NewestCalls++;
            ThrowIfFailing();
            return Newest?.Invoke() ?? Task.FromResult(_image.Version);
        }
    }

    public Task<Convergence> ConvergeAsync(
        RouteVersion version, WaitFor waitFor, TimeSpan timeout, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public Task<bool> LockFreeAsync(TimeSpan timeout, CancellationToken cancellationToken = default) =>
        throw new NotSupportedException();

    public void Dispose() => _gateway.Dispose();

    private void ThrowIfFailing()
    {
        if (Failure is { } failure)
        {
            throw failure;
        }
    }
}
