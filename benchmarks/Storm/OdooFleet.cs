using EndpointSync.Bench.Model;
using Npgsql;

namespace EndpointSync.Bench.Storm;

/// <summary>
/// Workers as OpenSPP's are: each syncs before it builds its table, caches that under the sequence's value that it read before, and looks at the sequence
/// with each request.
/// </summary>
/// <param name="name">What the protocol is called.</param>
/// <param name="database">The database.</param>
/// <param name="isolation">The isolation of its transactions.</param>
/// <param name="takesLock">Whether a worker tries for the lock and leaves the sync to who has it, which is the fix.</param>
internal sealed class OdooFleet(string name, StormDatabase database, string isolation, bool takesLock) : IStormFleet
{
    public string Name => name;

    public Role Role => Role.Rival;

    public IEnumerable<int> Processes => [];

    public async Task<IStormWorker> StartAsync(int number)
    {
        var connection = new NpgsqlConnection(database.ConnectionString);
        await connection.OpenAsync();
        return new Worker(connection, new RouteSync(connection, isolation), takesLock);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class Worker(NpgsqlConnection connection, RouteSync sync, bool takesLock) : IStormWorker
    {
        private readonly Dictionary<long, string> _tables = [];

        public async Task ReloadAsync()
        {
            var version = await sync.ReadSequenceAsync();
            try
            {
                await sync.BeginAsync();
                if (!takesLock || await sync.TryLockAsync())
                {
                    await sync.SyncAsync();
                }
                else
                {
                    await sync.CommitAsync();
                }
            }
            catch (PostgresException)
            {
                await sync.RollbackAsync();
                throw;
            }
            finally
            {
                _tables[version] = await sync.ReadTableAsync();
            }
        }

        public async Task<string> ServeAsync()
        {
            var version = await sync.ReadSequenceAsync();
            return _tables.TryGetValue(version, out var table) ? table : _tables[version] = await sync.ReadTableAsync();
        }

        public ValueTask DisposeAsync() => connection.DisposeAsync();
    }
}
