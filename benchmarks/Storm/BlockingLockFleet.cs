using EndpointSync.Bench.Model;
using Medallion.Threading.Postgres;
using Npgsql;

namespace EndpointSync.Bench.Storm;

/// <summary>Workers that wait for a lock of DistributedLock.Postgres, one after the other, sync what is due then, and read.</summary>
internal sealed class BlockingLockFleet(StormDatabase database) : IStormFleet
{
    public string Name => "blocking lock of DistributedLock.Postgres";

    public Role Role => Role.Rival;

    public IEnumerable<int> Processes => [];

    public async Task<IStormWorker> StartAsync(int number)
    {
        var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync();
        var wait = new PostgresDistributedLock(new PostgresAdvisoryLockKey(RouteSync.LockKey), database.ConnectionString);
        var worker = new Worker(connection, new RouteSync(connection, "read committed"), wait);
        await worker.ReadAsync();
        return worker;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class Worker(NpgsqlConnection connection, RouteSync sync, PostgresDistributedLock wait) : IStormWorker
    {
        private string _table = "";

        public async Task ReadAsync() => _table = await sync.ReadTableAsync();

        public async Task ReloadAsync()
        {
            await using (await wait.AcquireAsync())
            {
                await sync.BeginAsync();
                await sync.SyncAsync();
            }

            await ReadAsync();
        }

        public Task<string> ServeAsync() => Task.FromResult(_table);

        public ValueTask DisposeAsync() => connection.DisposeAsync();
    }
}
