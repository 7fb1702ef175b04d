using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Postgres.Migrations;
using EndpointSync.Grains.Sync.Planning;
using EndpointSync.Tools.Postgres;
using Npgsql;

namespace EndpointSync.Bench.Storm;

/// <summary>
/// A database with Odoo's tables and the endpoints of a storm. EndpointSync and its rivals have one each, so that our
/// triggers cost a rival nothing.
/// </summary>
internal sealed class StormDatabase : IAsyncDisposable
{
    /// <summary>The application name of sessions that only prepare and check, so that they are not counted.</summary>
    public const string Checker = "bench";

    // As many as an installation with a few add-ons has. That is enough for a table to be worth reading once, and few
    // enough for rounds to be about the storm.
    private const int Endpoints = 100;

    private readonly NpgsqlConnection _connection;
    private int _moves;

    private StormDatabase(string name, string connectionString)
    {
        (Name, ConnectionString) = (name, connectionString);
        _connection = new NpgsqlConnection($"{connectionString};Pooling=false;Application Name={Checker}");
    }

    public string Name { get; }

    public string ConnectionString { get; }

    public static async Task<StormDatabase> CreateAsync(
        PrivatePostgres postgres, NpgsqlConnection server, string name, int endpoints = Endpoints)
    {
        await server.ExecuteAsync($"create database {name}", CancellationToken.None);
        var database = new StormDatabase(name, postgres.ConnectionString(name));
        await database._connection.OpenAsync();
        await database.ExecuteAsync(Migrator.Script("Odoo/fastapi_endpoint.sql"));
        await database.ExecuteAsync(Migrator.Script("Odoo/endpoint_route.sql"));
        await database.ExecuteAsync(
            $"""
             insert into fastapi_endpoint
               (name, root_path, app, active, registry_sync, save_http_session, create_date, write_date)
             select 'service ' || n, '/services/' || n, 'api_v2', true, false, false,
               now() at time zone 'utc', now() at time zone 'utc'
             from generate_series(1, {endpoints}) as n
             """);
        return database;
    }

    public Task ExecuteAsync(string statements) => _connection.ExecuteAsync(statements, CancellationToken.None);

    /// <summary>
    /// Resets every flag, as an upgrade of all modules does, and moves one endpoint, so that an old table differs from
    /// a new one.
    /// </summary>
    public Task DisturbAsync() => ExecuteAsync(
        $"update fastapi_endpoint set registry_sync = false, root_path = "
        + $"case id when 1 then '/moved/{++_moves}' else root_path end");

    /// <summary>Moves one endpoint.</summary>
    public Task MoveAsync() =>
        ExecuteAsync(
            $"update fastapi_endpoint set registry_sync = false, root_path = '/moved/{++_moves}' where id = 1");

    /// <summary>How many of the given tables differ from what the endpoints declare.</summary>
    public async Task<int> StaleAsync(IEnumerable<IReadOnlyDictionary<string, string>> tables)
    {
        var right = await _connection.ListAsync(
            "select id, root_path from fastapi_endpoint where active",
            row => ExpectedRoute.For(row.GetInt32(0), row.GetString(1), saveHttpSession: false),
            CancellationToken.None);
        return tables.Count(
            table => table.Count != right.Count || right.Any(row => table.GetValueOrDefault(row.Key) != row.Route));
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
