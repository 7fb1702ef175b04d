using EndpointSync.Client;
using EndpointSync.Client.Workers;
using EndpointSync.Client.Workers.Feed;
using EndpointSync.Core;
using EndpointSync.Wire;
using Microsoft.Extensions.Logging.Abstractions;

namespace EndpointSync.Bench.Storm;

/// <summary>
/// A worker without its web server. It has a lease of its own at the silo, reads its feed with the same parts as a
/// worker, and keeps a table of its own. It asks for reloads through a typed client of its own, which shares no request
/// with another's.
/// </summary>
internal sealed class FeedWorker : IAsyncDisposable
{
    private static readonly TimeSpan FollowTimeout = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _stop = new();
    private readonly WorkerIdentity _identity;
    private readonly FeedCalls _calls;
    private readonly FeedReader _reader;
    private readonly EndpointSyncClient _client;
    private TaskCompletionSource _changed = NewSignal();
    private RouteImage _image = RouteImage.Empty;
    private Task _following = Task.CompletedTask;

    private FeedWorker(IClusterClient cluster, WorkerIdentity identity)
    {
        _identity = identity;
        _calls = new FeedCalls(new ClientFeed(cluster, identity.Registry), TimeProvider.System);
        _reader = new FeedReader(identity, _calls, NullLogger<FeedReader>.Instance);
        _client = new EndpointSyncClient(
            new HostCluster(cluster), TimeProvider.System, NullLogger<ReloadGate>.Instance);
    }

    /// <summary>The image that it holds.</summary>
    public IReadOnlyDictionary<string, string> Table =>
        Volatile.Read(ref _image).Routes.ToDictionary(route => route.Key, route => string.Join('|', route.Rules));

    /// <summary>Starts a worker, which has the silo's newest table when this returns.</summary>
    public static async Task<FeedWorker> StartAsync(IClusterClient cluster, WorkerIdentity identity)
    {
        var worker = new FeedWorker(cluster, identity);
        await worker._calls.ReportAsync(worker.Report(), CancellationToken.None);
        worker._image = await worker._reader.ReadAllAsync(RouteImage.Empty, CancellationToken.None);
        worker._following = Task.Run(worker.FollowAsync);
        return worker;
    }

    /// <summary>Asks for a reload, and waits until its own table is that of the receipt or a later one.</summary>
    /// <returns>Whether it succeeded in time.</returns>
    public async Task<bool> ReloadAsync()
    {
        try
        {
            var receipt = await AskAsync();
            await UntilAsync(receipt.Version);
            return receipt.InSync;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>Asks for a reload.</summary>
    public Task<ReloadReceipt> AskAsync() => _client.ReloadAsync(_identity.Registry);

    /// <summary>Waits until its own table is that of a version or a later one.</summary>
    public async Task UntilAsync(RouteVersion version)
    {
        while (true)
        {
            var changed = Volatile.Read(ref _changed).Task;
            if (Volatile.Read(ref _image).Version >= version)
            {
                return;
            }

            await changed.WaitAsync(FollowTimeout);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _following;
        await _calls.LeaveAsync(_identity.Id, FollowTimeout);
        _stop.Dispose();
    }

    private async Task FollowAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var news = await _calls.NextAsync(Report(), _stop.Token);
                if (await _reader.ReadAsync(news, _image, _stop.Token) is { } reading)
                {
                    Volatile.Write(ref _image, reading.Image);
                    Interlocked.Exchange(ref _changed, NewSignal()).SetResult();
                }
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private WorkerReport Report() => new(_identity.Id, _identity.Name, _image.Version, Problem: null, _image.TableId);

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
