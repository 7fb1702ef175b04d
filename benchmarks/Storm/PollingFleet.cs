using EndpointSync.Bench.Model;
using Npgsql;

namespace EndpointSync.Bench.Storm;

/// <summary>
/// Hasura's model: one program writes and advances a version, and each worker asks for that version every second and reads everything when it is
/// another one. The first worker's reload stands for that program's.
/// </summary>
internal sealed class PollingFleet(StormDatabase database) : IStormFleet
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    public string Name => "each worker polls every second (Hasura's model, re-created)";

    public Role Role => Role.Rival;

    public IEnumerable<int> Processes => [];

    public async Task<IStormWorker> StartAsync(int number)
    {
        var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync();
        var worker = new Worker(connection, new RouteSync(connection, "read committed"), number == 0);
        await worker.StartAsync();
        return worker;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class Worker(NpgsqlConnection connection, RouteSync sync, bool writes) : IStormWorker
    {
        private readonly CancellationTokenSource _ended = new();
        private readonly SemaphoreSlim _turn = new(1, 1);
        private volatile string _table = "";
        private long _version;
        private Task _polling = Task.CompletedTask;

        public async Task StartAsync()
        {
            await sync.ExecuteAsync("create table if not exists route_version (version bigint)");
            await sync.ExecuteAsync("insert into route_version select 1 where not exists (select from route_version)");
            await PollAsync();
            _polling = PollForeverAsync();
        }

        public async Task ReloadAsync()
        {
            if (writes)
            {
                await InTurnAsync(async () =>
                {
                    await sync.BeginAsync();
                    await sync.SyncAsync();
                    await sync.ExecuteAsync("update route_version set version = version + 1");
                });
            }
        }

        public Task<string> ServeAsync() => Task.FromResult(_table);

        public async ValueTask DisposeAsync()
        {
            await _ended.CancelAsync();
            await _polling.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await connection.DisposeAsync();
            _turn.Dispose();
            _ended.Dispose();
        }

        private async Task PollForeverAsync()
        {
            await Task.Delay(Interval * Random.Shared.NextDouble(), _ended.Token);
            using var timer = new PeriodicTimer(Interval);
            do
            {
                await InTurnAsync(PollAsync);
            }
            while (await timer.WaitForNextTickAsync(_ended.Token));
        }

        private async Task PollAsync()
        {
            var version = (long)(await sync.ScalarAsync("select version from route_version"))!;
            if (version != _version)
            {
                (_table, _version) = (await sync.ReadTableAsync(), version);
            }
        }

        // The connection does one thing at a time.
        private async Task InTurnAsync(Func<Task> work)
        {
            await _turn.WaitAsync();
            try
            {
                await work();
            }
            finally
            {
                _turn.Release();
            }
        }
    }
}
