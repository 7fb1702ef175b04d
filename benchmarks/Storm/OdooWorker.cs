using System.Data;
using EndpointSync.Tests.Testing.Upstream;
using Medallion.Threading.Postgres;
using Npgsql;

using OdooSession = EndpointSync.Tests.Testing.Upstream.Session;

namespace EndpointSync.Bench.Storm;

/// <summary>
/// An Odoo worker process, re-created: what it does about the flags in each of three ways, and its table. It keeps the
/// table under the sequence's value and reads it again when the value differs. One process hashes as its parent does,
/// so all workers have one seed.
/// </summary>
internal sealed class OdooWorker(NpgsqlConnection connection, UpstreamWorker upstream)
{
    private const int HashSeed = 1;

    private long? _version;

    public IReadOnlyDictionary<string, string> Table { get; private set; } = new Dictionary<string, string>();

    /// <param name="connection">Its session, which others use before it and after it.</param>
    /// <param name="isolation">Of its transactions.</param>
    public static OdooWorker On(NpgsqlConnection connection, string isolation) =>
        new(connection, new UpstreamWorker(new OdooSession(connection), HashSeed, isolation));

    /// <summary>Resets it to a process that has just started.</summary>
    public void Forget() => (_version, Table) = (null, new Dictionary<string, string>());

    /// <summary>Without the fix: any worker that finds unset flags sets them.</summary>
    /// <returns>How many errors it met; the worker goes on in spite of them.</returns>
    public Task<int> SyncUnlockedAsync() => CountErrorsAsync(async () =>
    {
        await upstream.BeginAsync();
        await FlagAsync(await upstream.FindUnsyncedAsync());
    });

    /// <summary>With the fix: a worker that does not get the lock goes on without it.</summary>
    /// <returns>How many errors it met.</returns>
    public Task<int> SyncUnlessLockedAsync() => CountErrorsAsync(async () =>
    {
        await upstream.BeginAsync();
        await FlagAsync(await upstream.TryLockAsync() ? await upstream.FindUnsyncedAsync() : []);
    });

    /// <summary>Waits for a lock of the worker's session, which ends after the second transaction.</summary>
    /// <returns>How many errors it met.</returns>
    public async Task<int> SyncUnderLockAsync()
    {
        var sync = new PostgresDistributedLock(new PostgresAdvisoryLockKey(UpstreamWorker.LockKey), connection);
        await using (await sync.AcquireAsync())
        {
            return await SyncUnlockedAsync();
        }
    }

    /// <summary>
    /// One request: the table is read again if the sequence has another value than the one that the table was read at.
    /// </summary>
    public async Task ServeAsync()
    {
        await upstream.BeginAsync();
        var version = await upstream.Session.ScalarAsync<long>("select last_value from endpoint_route_version");
        if (version != _version)
        {
            await ReadAsync();
            _version = version;
        }

        await upstream.CommitAsync();
    }

    /// <summary>Reads every row.</summary>
    public async Task ReadAsync() =>
        Table = (await upstream.Session.ListAsync("select * from endpoint_route", Read)).ToDictionary();

    private static KeyValuePair<string, string> Read(IDataRecord row)
    {
        var values = new object[row.FieldCount];
        row.GetValues(values);
        return new KeyValuePair<string, string>((string)values[1], (string)values[2]);
    }

    // The routes follow in a second transaction, after the one that set the flags and had the lock.
    private async Task FlagAsync(int[] unsynced)
    {
        if (unsynced.Length > 0)
        {
            await upstream.FlagAsync(unsynced);
        }

        await upstream.CommitAsync();
        if (unsynced.Length > 0 && await upstream.RunHookAsync() is { } swallowed)
        {
            throw swallowed;
        }
    }

    private async Task<int> CountErrorsAsync(Func<Task> sync)
    {
        try
        {
            await sync();
            return 0;
        }
        catch (PostgresException)
        {
            await upstream.Session.RollbackAsync();
            return 1;
        }
    }
}
