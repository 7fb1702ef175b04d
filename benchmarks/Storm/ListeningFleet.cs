using EndpointSync.Bench.Model;
using Npgsql;

namespace EndpointSync.Bench.Storm;

/// <summary>
/// PostgREST's model: one program writes and notifies, and each worker listens on a connection of its own and reads everything anew when it is told. The
/// first worker's reload stands for that program's.
/// </summary>
internal sealed class ListeningFleet(StormDatabase database) : IStormFleet
{
    public string Name => "each worker listens and reads all (PostgREST's model, re-created)";

    public Role Role => Role.Rival;

    public IEnumerable<int> Processes => [];

    public async Task<IStormWorker> StartAsync(int number)
    {
        var worker = new Worker(database.ConnectionString, number == 0);
        await worker.StartAsync();
        return worker;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class Worker : IStormWorker
    {
        private readonly NpgsqlConnection _connection;
        private readonly NpgsqlConnection _ear;
        private readonly RouteSync _sync;
        private readonly bool _writes;
        private readonly CancellationTokenSource _ended = new();
        private volatile string _table = "";
        private Task _listening = Task.CompletedTask;

        public Worker(string connectionString, bool writes)
        {
            (_connection, _ear, _writes) = (new NpgsqlConnection(connectionString), new NpgsqlConnection(connectionString), writes);
            _sync = new RouteSync(_connection, "read committed");
        }

        public async Task StartAsync()
        {
            await Task.WhenAll(_connection.OpenAsync(), _ear.OpenAsync());
            await new RouteSync(_ear, "read committed").ExecuteAsync("listen routes");
            _table = await _sync.ReadTableAsync();
            _listening = ListenAsync();
        }

        public async Task ReloadAsync()
        {
            if (_writes)
            {
                await _sync.BeginAsync();
                await _sync.SyncAsync();
                await _sync.ExecuteAsync("notify routes");
            }
        }

        public Task<string> ServeAsync() => Task.FromResult(_table);

        public async ValueTask DisposeAsync()
        {
            await _ended.CancelAsync();
            await _listening.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await _ear.DisposeAsync();
            await _connection.DisposeAsync();
            _ended.Dispose();
        }

        // Between two waits the ear's own connection reads, as a worker's pool would give it another one.
        private async Task ListenAsync()
        {
            var reader = new RouteSync(_ear, "read committed");
            while (true)
            {
                await _ear.WaitAsync(_ended.Token);
                _table = await reader.ReadTableAsync();
            }
        }
    }
}
