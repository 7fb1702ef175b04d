using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using EndpointSync.Grains.Postgres;
using Npgsql;

namespace EndpointSync.Tests.Testing.Upstream;

/// <summary>
/// The endpoint statements of one Odoo worker process, each a step of its own so that a test can put others between.
/// The flags are committed first; a hook after that commit writes the routes in a second transaction.
/// </summary>
/// <param name="session">Its connection.</param>
/// <param name="hashSeed">The seed of its process's string hashes; forked processes share it.</param>
/// <param name="isolation">The isolation level of its transactions, if not Odoo's.</param>
internal sealed class UpstreamWorker(
    Session session, int hashSeed, string isolation = "repeatable read") : IAsyncDisposable
{
    /// <summary>The key of the lock that OpenSPP's workers take.</summary>
    public const long LockKey = 3827055375235039567;

    private const string HandlerSql =
        "select id, root_path, active from fastapi_endpoint where id = any($1) order by id";

    private UpstreamRow[] _wanted = [];
    private string[] _unwanted = [];
    private int[] _flagged = [];

    public Session Session => session;

    public static async Task<UpstreamWorker> StartAsync(TestDatabase database, int? hashSeed = null) =>
        new(await Session.OpenAsync(database, "odoo"), hashSeed ?? Random.Shared.Next());

    public Task BeginAsync() => session.BeginAsync(isolation);

    public Task<bool> TryLockAsync() => session.ScalarAsync<bool>($"select pg_try_advisory_xact_lock({LockKey})");

    /// <summary>Archived endpoints are not searched.</summary>
    public async Task<int[]> FindUnsyncedAsync() =>
        [.. await session.ListAsync("select id from fastapi_endpoint where active and registry_sync is not true order "
            + "by id", row => row.GetInt32(0))];

    public Task FlagAsync(params int[] ids)
    {
        _flagged = ids;
        return session.ExecuteAsync(
            "update fastapi_endpoint set registry_sync = true, write_date = now() at time zone 'utc' where id = "
            + "any($1)", PostgresCommands.Value(ids));
    }

    /// <summary>Commits the flags, which releases the lock.</summary>
    public Task CommitAsync() => session.CommitAsync();

    public async Task BeginHookAsync()
    {
        await BeginAsync();
        var endpoints = await session.ListAsync(
            HandlerSql,
            row => (
                Row: UpstreamRow.Of(row.GetInt32(0), row.GetString(1)),
                Active: row.GetBoolean(2)),
            PostgresCommands.Value(_flagged));
        _wanted = [.. endpoints.Where(endpoint => endpoint.Active).Select(endpoint => endpoint.Row)];
        _unwanted = [.. endpoints.Where(endpoint => !endpoint.Active).Select(endpoint => endpoint.Row.Key)];
    }

    public async Task WriteRoutesAsync()
    {
        await DeleteAsync(_unwanted);
        var existing = await session.ListAsync(
            "select key from endpoint_route where key = any($1)", row => row.GetString(0), PostgresCommands.Value(
                Array.ConvertAll(_wanted, row => row.Key)));
        await InsertAsync([.. _wanted.Where(row => !existing.Contains(row.Key))]);
        await UpdateAsync([.. _wanted.Where(row => existing.Contains(row.Key))]);
    }

    public Task CommitHookAsync() => session.CommitAsync();

    /// <summary>The whole hook. A failure in it is only logged at DEBUG.</summary>
    /// <returns>The failure.</returns>
    public async Task<PostgresException?> RunHookAsync()
    {
        try
        {
            await BeginHookAsync();
            await WriteRoutesAsync();
            await CommitHookAsync();
            return null;
        }
        catch (PostgresException swallowed)
        {
            await session.RollbackAsync();
            return swallowed;
        }
    }

    /// <summary>The steps before a worker builds its map, from the lock to the hook.</summary>
    /// <returns>Whether it got the lock.</returns>
    public async Task<bool> SyncAsync()
    {
        await BeginAsync();
        var locked = await TryLockAsync();
        var unsynced = locked ? await FindUnsyncedAsync() : [];
        await FlagAsync(unsynced);
        await CommitAsync();
        await RunHookAsync();
        return locked;
    }

    /// <summary>The button of the form: no lock.</summary>
    public async Task PressSyncAsync(int id)
    {
        await BeginAsync();
        await FlagAsync(id);
        await CommitAsync();
        await RunHookAsync();
    }

    /// <summary>A saved form whose fields affect the routes: the flag is cleared, and nothing is synced.</summary>
    public Task SaveAsync(int id, string assignments) =>
        session.ExecuteAsync(
            $"update fastapi_endpoint set {assignments}, registry_sync = false, write_date = now() at time zone 'utc' "
            + $"where id = {id}");

    public Task EditAsync(int id, string rootPath) => SaveAsync(id, $"root_path = '{rootPath}'");

    public Task ArchiveAsync(int id) => SaveAsync(id, "active = false");

    public async Task UnlinkAsync(int id)
    {
        await BeginAsync();
        await session.ExecuteAsync($"delete from endpoint_route where key like 'fastapi.endpoint:{id}:%'");
        await session.ExecuteAsync($"delete from fastapi_endpoint where id = {id}");
        await session.CommitAsync();
    }

    public ValueTask DisposeAsync() => session.DisposeAsync();

    private async Task DeleteAsync(string[] keys)
    {
        if (keys.Length > 0)
        {
            await session.ExecuteAsync("delete from endpoint_route where key = any($1)", PostgresCommands.Value(keys));
        }
    }

    private async Task InsertAsync(UpstreamRow[] rows)
    {
        if (rows.Length > 0)
        {
            await session.ExecuteAsync(
                "insert into endpoint_route (key, route, opts, routing, endpoint_hash) select * from unnest($1, $2, "
                + "$3, $4, $5)", Columns(rows));
        }
    }

    private async Task UpdateAsync(UpstreamRow[] rows)
    {
        if (rows.Length == 0)
        {
            return;
        }

        await session.ExecuteAsync("select from endpoint_route where key = any($1) for update", Columns(rows)[0]);
        await session.ExecuteAsync(
            """
            update endpoint_route as stored
            set route = wanted.route, opts = wanted.opts, routing = wanted.routing, endpoint_hash = wanted.endpoint_hash
            from unnest($1, $2, $3, $4, $5) as wanted (key, route, opts, routing, endpoint_hash)
            where stored.key = wanted.key
            """,
            Columns(rows));
    }

    private NpgsqlParameter[] Columns(UpstreamRow[] rows) =>
    [
        PostgresCommands.Value(Array.ConvertAll(rows, row => row.Key)),
        PostgresCommands.Value(Array.ConvertAll(rows, row => row.Route)),
        PostgresCommands.Value(Array.ConvertAll(rows, row => row.Opts)),
        PostgresCommands.Value(Array.ConvertAll(rows, row => row.Routing)),
        PostgresCommands.Value(Array.ConvertAll(rows, row => HashOf(row.Route!))),
    ];

    // Replaces Python's string hash, which each process salts for itself.
    private string HashOf(string route) =>
        BinaryPrimitives.ReadInt64BigEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{hashSeed}{route}"))).ToString(
            CultureInfo.InvariantCulture);
}
