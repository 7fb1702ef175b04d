using EndpointSync.Client;
using EndpointSync.Core;
using EndpointSync.Wire;
using EndpointSync.Worker;
using EndpointSync.Worker.Feed;
using Microsoft.Extensions.Logging.Abstractions;

namespace EndpointSync.Bench.Storm;

/// <summary>
/// A worker without its web server. It has a lease of its own at the silo, reads its feed with the same parts as a
/// worker over a connection of its own, and keeps a table of its own. It asks for reloads through a typed client of its
/// own, which shares no request with another's.
/// </summary>
internal sealed class FeedWorker : IAsyncDisposable
{
    private static readonly TimeSpan FollowTimeout = TimeSpan.FromSeconds(30);

    private readonly CancellationTokenSource _stop = new();
    private readonly WorkerIdentity _identity;
    private readonly SiloConnections _connections;
    private readonly FeedCalls _calls;
    private readonly FeedReader _reader;
    private readonly EndpointSyncClient _client;
    private TaskCompletionSource _changed = NewSignal();
    private RouteImage _image = RouteImage.Empty;
    private Task _following = Task.CompletedTask;

    private FeedWorker(IClusterClient cluster, Uri silo, WorkerIdentity identity)
    {
        _identity = identity;
        // Thousands of workers share this machine's processors.
        var options = new WorkerOptions { SiloTimeout = FollowTimeout };
        _connections = new SiloConnections(
            identity, options, TimeProvider.System, NullLogger<SiloConnections>.Instance);
        var client = new SiloClient(
            identity, options, new SiloKey(options.Key, options.KeyFile), _connections, TimeProvider.System,
            NullLogger<SiloClient>.Instance);
        _calls = new FeedCalls(
            identity, new SiloList([silo.ToString()]), client, TimeProvider.System, NullLogger<FeedCalls>.Instance);
        _reader = new FeedReader(identity, _calls, NullLogger<FeedReader>.Instance);
        _client = new EndpointSyncClient(cluster, TimeProvider.System, NullLogger<ReloadGate>.Instance);
    }

    /// <summary>The image that it holds.</summary>
    public IReadOnlyDictionary<string, string> Table =>
        Volatile.Read(ref _image).Routes.ToDictionary(route => route.Key, route => string.Join('|', route.Rules));

    /// <summary>Starts a worker, which has the silo's newest table when this returns.</summary>
    public static async Task<FeedWorker> StartAsync(IClusterClient cluster, Uri silo, WorkerIdentity identity)
    {
        var worker = new FeedWorker(cluster, silo, identity);
        await worker.StepAsync(TimeSpan.Zero);
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
        await _calls.LeaveAsync(FollowTimeout);
        _connections.Dispose();
        _stop.Dispose();
    }

    private async Task FollowAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await StepAsync(FeedProtocol.LongPollTimeout);
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task StepAsync(TimeSpan timeout)
    {
        var news = await _calls.NextAsync(Report(), timeout, _stop.Token);
        if (await _reader.ReadAsync(news, Report(), _image, _stop.Token) is { } reading)
        {
            Volatile.Write(ref _image, reading.Image);
            Interlocked.Exchange(ref _changed, NewSignal()).SetResult();
        }
    }

    private WorkerReport Report() => new(_identity.Id, _identity.Name, _image.Version, Problem: null, _image.TableId);

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
