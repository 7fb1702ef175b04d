using System.Collections.Concurrent;
using EndpointSync.Tests.Testing;
using EndpointSync.Wire;

namespace EndpointSync.Tests.Cluster.Publishing;

/// <summary>A worker of a ring that follows the feed, and reports the figures that the test wants.</summary>
internal sealed class RingWorker : IAsyncDisposable
{
    private readonly ConcurrentDictionary<long, TaskCompletionSource<DateTimeOffset>> _taken = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Guid _id = Guid.NewGuid();
    private readonly SyncCluster _cluster;
    private readonly string _ring;
    private readonly Task _following;
    private int _silo;

    public RingWorker(SyncCluster cluster, string ring, int silo)
    {
        (_cluster, _ring, _silo) = (cluster, ring, silo);
        _following = Task.Run(FollowAsync);
    }

    /// <summary>What each version has answered, as the worker reports it.</summary>
    public ConcurrentDictionary<long, (long Requests, long Misses, long Errors)> Answers { get; } = new();

    /// <summary>What it reports to be wrong once it has a version.</summary>
    public ConcurrentDictionary<long, string> Problems { get; } = new();

    /// <summary>The versions that it served, in their order.</summary>
    public IEnumerable<long> Served => _taken.Where(one => one.Value.Task.IsCompleted).Select(one => one.Key).Order();

    /// <summary>When it took a version up, once it has.</summary>
    public Task<DateTimeOffset> TakenAtAsync(long version) => Signal(version).Task.Within($"version {version}");

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private TaskCompletionSource<DateTimeOffset> Signal(long version) =>
        _taken.GetOrAdd(version, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));

    private async Task FollowAsync()
    {
        RouteTableId has = default;
        var isWatched = false;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var report = new WorkerReport(
                    _id, _ring, has.Version, Problems.GetValueOrDefault(has.Version.Value), has)
                {
                    Ring = _ring,
                    Answers = isWatched ? Counts(has.Version.Value) : [],
                };
                var answer = await _cluster.Feed(_silo).NextAsync(
                    SyncCluster.Registry, report, FeedProtocol.LongPollTimeout, _stop.Token);
                isWatched = answer?.IsWatched == true;
                if (answer?.IsStopping != false)
                {
                    await MoveAsync();
                }

                if (answer?.From is not null && answer.Image.TableId != has)
                {
                    has = answer.Image.TableId;
                    Signal(has.Version.Value).TrySetResult(TimeProvider.System.GetUtcNow());
                }
            }
            catch (Exception) when (!_stop.IsCancellationRequested)
            {
                // The silo has stopped.
                await MoveAsync();
            }
        }
    }

    private async Task MoveAsync()
    {
        _silo = (_silo + 1) % Math.Max(1, _cluster.Silos);
        await Task.Delay(TimeSpan.FromMilliseconds(50), _stop.Token).ConfigureAwait(
            ConfigureAwaitOptions.SuppressThrowing);
    }

    private List<TableCount> Counts(long version) =>
    [
        .. Answers.Where(one => one.Key <= version).OrderByDescending(one => one.Key).Take(TableCount.Most).Select(
            one => new TableCount(
                new RouteVersion(one.Key), one.Value.Requests, one.Value.Misses, one.Value.Errors)),
    ];
}
