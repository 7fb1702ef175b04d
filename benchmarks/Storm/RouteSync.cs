using EndpointSync.Grains.Sync;
using Npgsql;

namespace EndpointSync.Bench.Storm;

/// <summary>
/// The statements by which OpenSPP's workers write flags and routes, on one connection. The flags are committed first; a hook after that commit writes the
/// routes in a second transaction.
/// </summary>
/// <param name="connection">The worker's connection.</param>
/// <param name="isolation">The isolation of its transactions.</param>
internal sealed class RouteSync(NpgsqlConnection connection, string isolation)
{
    /// <summary>The key of the lock that OpenSPP's workers take.</summary>
    public const long LockKey = 3827055375235039567;

    public Task BeginAsync() => ExecuteAsync($"begin isolation level {isolation}");

    public async Task<bool> TryLockAsync() => (bool)(await ScalarAsync($"select pg_try_advisory_xact_lock({LockKey})"))!;

    public Task CommitAsync() => ExecuteAsync("commit");

    public Task RollbackAsync() => ExecuteAsync("rollback");

    /// <summary>In a transaction: flags what is due; the hook behind the commit, which this is too, writes its routes.</summary>
    public async Task SyncAsync()
    {
        var due = await ListAsync("select id from fastapi_endpoint where active and registry_sync is not true order by id", row => row.GetInt32(0));
        if (due.Count > 0)
        {
            await ExecuteAsync("update fastapi_endpoint set registry_sync = true, write_date = now() at time zone 'utc' where id = any($1)", Value(due.ToArray()));
        }

        await CommitAsync();
        if (due.Count > 0)
        {
            await WriteRoutesAsync([.. due]);
        }
    }

    /// <summary>Every row, as a worker reads it to build its table.</summary>
    /// <returns>The table.</returns>
    public async Task<string> ReadTableAsync() => StormDatabase.Table(
        await ListAsync("select key, route, opts, routing, endpoint_hash, route_group from endpoint_route", row => row.GetString(1).Split('|')[0]));

    public async Task<long> ReadSequenceAsync() => (long)(await ScalarAsync("select last_value from endpoint_route_version"))!;

    public async Task ExecuteAsync(string statement, params NpgsqlParameter[] values)
    {
        await using var command = Command(statement, values);
        await command.ExecuteNonQueryAsync();
    }

    public async Task<object?> ScalarAsync(string query)
    {
        await using var command = Command(query, []);
        return await command.ExecuteScalarAsync();
    }

    private async Task WriteRoutesAsync(int[] ids)
    {
        await BeginAsync();
        var wanted = await ListAsync(
            "select id, root_path from fastapi_endpoint where id = any($1) order by id", row => ExpectedRoute.For(row.GetInt32(0), row.GetString(1), saveHttpSession: false),
            Value(ids));
        var existing = await ListAsync("select key from endpoint_route where key = any($1)", row => row.GetString(0), Value(wanted.Select(row => row.Key).ToArray()));
        await WriteAsync(
            "insert into endpoint_route (key, route, opts, routing) select * from unnest($1, $2, $3, $4)", [.. wanted.ExceptBy(existing, row => row.Key)]);
        var changed = wanted.IntersectBy(existing, row => row.Key).ToList();
        await ExecuteAsync("select from endpoint_route where key = any($1) for update", Value(changed.Select(row => row.Key).ToArray()));
        await WriteAsync(
            """
            update endpoint_route as stored set route = wanted.route, opts = wanted.opts, routing = wanted.routing
            from unnest($1, $2, $3, $4) as wanted (key, route, opts, routing) where stored.key = wanted.key
            """,
            changed);
        await CommitAsync();
    }

    private Task WriteAsync(string statement, List<RouteRow> rows) => rows.Count == 0
        ? Task.CompletedTask
        : ExecuteAsync(
            statement, Value(rows.Select(row => row.Key).ToArray()), Value(rows.Select(row => row.Route).ToArray()),
            Value(rows.Select(row => row.Opts).ToArray()), Value(rows.Select(row => row.Routing).ToArray()));

    private async Task<List<T>> ListAsync<T>(string query, Func<NpgsqlDataReader, T> read, params NpgsqlParameter[] values)
    {
        await using var command = Command(query, values);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<T>();
        while (await reader.ReadAsync())
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    private NpgsqlCommand Command(string statement, NpgsqlParameter[] values)
    {
        var command = new NpgsqlCommand(statement, connection);
        command.Parameters.AddRange(values);
        return command;
    }

    private static NpgsqlParameter<T> Value<T>(T value) => new() { TypedValue = value };
}
