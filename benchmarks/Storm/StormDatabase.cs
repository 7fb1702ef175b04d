using EndpointSync.Local.Postgres;
using Npgsql;

namespace EndpointSync.Bench.Storm;

/// <summary>The declared endpoints of a storm, and what the server has done.</summary>
internal sealed class StormDatabase(PrivatePostgres postgres, string database) : IAsyncDisposable
{
    public const int Endpoints = 100;

    // What the harness itself asks is told apart by its name.
    private const string Application = "storm-harness";

    private const string WorkSql =
        """
        select pg_snapshot_xmax(pg_current_snapshot())::text::bigint, (select sum(calls)::bigint from pg_stat_statements),
          (select count(*) from pg_stat_activity where backend_type = 'client backend' and datname = current_database() and application_name <> $1)
        """;

    private readonly NpgsqlConnection _connection = new($"{postgres.ConnectionString(database)};Pooling=false;Application Name={Application}");

    /// <summary>Its connection string, for workers.</summary>
    public string ConnectionString { get; } = $"{postgres.ConnectionString(database)};Pooling=false;Application Name=worker";

    /// <summary>The process id of the server.</summary>
    public int ServerId => postgres.ProcessId;

    /// <summary>Opens the harness's session.</summary>
    public async Task OpenAsync()
    {
        await _connection.OpenAsync();
        await ExecuteAsync("create extension if not exists pg_stat_statements");
    }

    public Task DeclareAsync() => ExecuteAsync(
        $"""
         insert into fastapi_endpoint (name, root_path, app, active, registry_sync, save_http_session)
         select 'service ' || n, '/services/' || n, 'api', true, false, false from generate_series(1, {Endpoints}) as n
         """);

    /// <summary>A deploy: all flags are reset, and one endpoint has another path, by which a worker with an old table is known.</summary>
    /// <returns>The table that every worker should have.</returns>
    public async Task<string> DeployAsync()
    {
        await ExecuteAsync(
            $"update fastapi_endpoint set registry_sync = false, root_path = case when id = 1 then '/services/one/{Guid.NewGuid():N}' else root_path end");
        await using var command = new NpgsqlCommand("select root_path || '/' from fastapi_endpoint", _connection);
        await using var reader = await command.ExecuteReaderAsync();
        var paths = new List<string>();
        while (await reader.ReadAsync())
        {
            paths.Add(reader.GetString(0));
        }

        return Table(paths);
    }

    /// <summary>The transactions that have written, the statements, and the connections of now.</summary>
    public async Task<(long Writes, long Statements, long Connections)> WorkAsync()
    {
        await using var command = new NpgsqlCommand(WorkSql, _connection) { Parameters = { new NpgsqlParameter<string> { TypedValue = Application } } };
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2));
    }

    public async Task ExecuteAsync(string statements)
    {
        await using var command = new NpgsqlCommand(statements, _connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>A table as text.</summary>
    public static string Table(IEnumerable<string> rootPaths) => string.Join(' ', rootPaths.Order(StringComparer.Ordinal));

    public ValueTask DisposeAsync() => _connection.DisposeAsync();
}
