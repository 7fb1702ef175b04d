using EndpointSync.Bench.Calling;
using EndpointSync.Bench.Model;
using EndpointSync.Local.Silos;
using EndpointSync.Publishing;
using Microsoft.Extensions.Hosting;

namespace EndpointSync.Bench.Storm;

/// <summary>
/// Workers of EndpointSync, reduced to what a storm asks of them: each sends its own reload to the coordinator, without the client's gate, which would make
/// one of all that are in this process; and each keeps its own table by its own questions to a silo's route feed. They share a few connections to the silo.
/// </summary>
internal sealed class CoordinatedFleet : IStormFleet
{
    private const int Clients = 8;
    private const string Registry = CallingClient.Registry;

    private readonly SiloProcess _silo;
    private readonly IReadOnlyList<IHost> _clients;

    private CoordinatedFleet(SiloProcess silo, IReadOnlyList<IHost> clients) => (_silo, _clients) = (silo, clients);

    public string Name => "EndpointSync";

    public Role Role => Role.Ours;

    public IEnumerable<int> Processes => [_silo.ProcessId];

    public static async Task<CoordinatedFleet> StartAsync(string connectionString)
    {
        var silo = await CallingClient.StartSiloAsync(connectionString);
        return new CoordinatedFleet(silo, await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => CallingClient.ConnectAsync(connectionString))));
    }

    public async Task<IStormWorker> StartAsync(int number)
    {
        var cluster = CallingClient.ClusterOf(_clients[number % Clients]);
        var worker = new Worker(number, cluster.GetGrain<IEndpointSyncGrain>(Registry), cluster.GetGrain<IRouteFeedGrain>(Registry));
        await worker.ReloadAsync();
        return worker;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
        {
            await client.StopAsync();
            client.Dispose();
        }

        await _silo.DisposeAsync();
    }

    private sealed class Worker : IStormWorker
    {
        private readonly Guid _id = Guid.NewGuid();
        private readonly string _name;
        private readonly IEndpointSyncGrain _coordinator;
        private readonly IRouteFeedGrain _feed;
        private readonly CancellationTokenSource _ended = new();
        private readonly Task _following;
        private volatile RouteImage _image = RouteImage.Empty;
        private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Worker(int number, IEndpointSyncGrain coordinator, IRouteFeedGrain feed)
        {
            (_name, _coordinator, _feed) = ($"worker-{number}", coordinator, feed);
            _following = FollowAsync();
        }

        public async Task ReloadAsync()
        {
            var receipt = await _coordinator.ReloadAsync(new ReloadRequest());
            for (var changed = _changed.Task; _image.Version < receipt.Version; changed = _changed.Task)
            {
                await changed;
            }
        }

        public Task<string> ServeAsync() => Task.FromResult(StormDatabase.Table(_image.Routes.Select(route => route.Rules[0])));

        public async ValueTask DisposeAsync()
        {
            await _ended.CancelAsync();
            await _following.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _feed.LeaveAsync(_id);
            _ended.Dispose();
        }

        private async Task FollowAsync()
        {
            while (!_ended.IsCancellationRequested)
            {
                var report = new WorkerReport(_id, _name, _image.Version, Problem: null, _image.Stamp);
                var news = await _feed.NextAsync(report, _ended.Token);
                if (news.Newest != _image.Stamp)
                {
                    _image = news.Delta is { } delta && _image.TryApply(delta, out var next, out _) ? next : await ReadAllAsync();
                    Interlocked.Exchange(ref _changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
                }
            }
        }

        private async Task<RouteImage> ReadAllAsync()
        {
            var page = (await _feed.PageAsync(RouteVersion.None, 0))!;
            return RouteImage.Empty.TryReplace(page.Version, page.Hash, [.. page.Routes], out var image, out var reason)
                ? image
                : throw new InvalidOperationException(reason);
        }
    }
}
