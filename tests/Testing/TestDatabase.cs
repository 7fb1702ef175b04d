using System.Text.RegularExpressions;
using EndpointSync.Grains.Postgres;
using Npgsql;

namespace EndpointSync.Tests.Testing;

/// <summary>
/// A fresh database with every table in place and no endpoint; dropped at the end. Use it as a class fixture, or make
/// one in a test.
/// </summary>
public sealed partial class TestDatabase : IAsyncLifetime
{
    private NpgsqlDataSource? _source;

    /// <summary>The database's name.</summary>
    public string Name { get; } = $"test_{Guid.NewGuid():N}";

    /// <summary>How to connect to it.</summary>
    public string ConnectionString { get; private set; } = "";

    /// <summary>Connections to it for the test's own queries.</summary>
    public NpgsqlDataSource Source => _source!;

    public static async Task<TestDatabase> CreateAsync()
    {
        var database = new TestDatabase();
        await database.InitializeAsync();
        return database;
    }

    /// <summary>A database without any table.</summary>
    public static async Task<TestDatabase> CreateEmptyAsync()
    {
        var database = new TestDatabase();
        await database.CreateFromAsync("template1");
        return database;
    }

    /// <summary>A database without any table, with another encoding than UTF-8.</summary>
    public static async Task<TestDatabase> CreateEncodedAsync(string encoding)
    {
        var database = new TestDatabase();
        await database.CreateFromAsync($"template0 encoding '{encoding}' lc_collate 'C' lc_ctype 'C'");
        return database;
    }

    public async ValueTask InitializeAsync() => await CreateFromAsync(await DatabaseTemplate.MadeAsync());

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        await using var connection = await TestServer.OpenAsync();
        await connection.ExecuteAsync($"drop database if exists {Name} with (force)", CancellationToken.None);
    }

    /// <summary>Runs a statement.</summary>
    public async Task ExecuteAsync(string sql)
    {
        await using var connection = await Source.OpenConnectionAsync();
        await connection.ExecuteAsync(sql, CancellationToken.None);
    }

    /// <summary>The single value of a query.</summary>
    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var connection = await Source.OpenConnectionAsync();
        return await connection.ScalarAsync<T>(sql, CancellationToken.None);
    }

    /// <summary>The first column of every row, as text.</summary>
    public async Task<List<string?>> ListAsync(string sql)
    {
        await using var connection = await Source.OpenConnectionAsync();
        return await connection.ListAsync(
            sql, row => row.IsDBNull(0) ? null : row.GetValue(0).ToString(), CancellationToken.None);
    }

    /// <summary>Ends sessions that a condition on pg_stat_activity selects, and waits for their end.</summary>
    public async Task TerminateAsync(string condition)
    {
        // The function itself waits since PostgreSQL 14.
        await ExecuteAsync($"select pg_terminate_backend(pid) from pg_stat_activity where {condition}");
        await this.UntilAsync(
            $"select not exists (select from pg_stat_activity where {condition})", "the end of the sessions");
    }

    /// <summary>Declares an endpoint like a new Odoo record: active and unsynced.</summary>
    /// <returns>Its id.</returns>
    public Task<int> AddEndpointAsync(string name, string rootPath) => ScalarAsync<int>(
        $"""
         insert into fastapi_endpoint
           (name, root_path, app, active, registry_sync, save_http_session, create_date, write_date)
         values ('{name}', '{rootPath}', 'api', true, false, false, now() at time zone 'utc', now() at time zone 'utc')
         returning id
         """);

    /// <summary>
    /// Puts the database into the state of a restored backup of the first version: its rows, and no trace of later
    /// versions.
    /// </summary>
    public Task GoBackToFirstVersionAsync() => ExecuteAsync(
        """
        delete from endpoint_sync.routes where from_version > 1;
        update endpoint_sync.routes set to_version = null where to_version > 1;
        delete from endpoint_route where key not in (select key from endpoint_sync.routes where to_version is null);
        delete from fastapi_endpoint where not exists (
          select from endpoint_route where key like 'fastapi.endpoint:' || fastapi_endpoint.id || ':%');
        update endpoint_sync.state set version = 1, bumped_version = 1,
          content_hash = (select content_hash from endpoint_sync.versions where version = 1);
        delete from endpoint_sync.versions where version > 1;
        """);

    /// <summary>
    /// The messages that the server logged for this database at ERROR or worse, each with the lines that explain it.
    /// </summary>
    public async Task<List<string>> ErrorsAsync()
    {
        var server = await TestServer.StartedAsync();
        await using var log = new FileStream(
            server.LogFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(log);
        var messages = Messages().Split(await reader.ReadToEndAsync());
        return [
            .. messages.Where(
                message => message.Contains($"@{Name}/", StringComparison.Ordinal)
                    && ErrorLevels.Any(message.Contains))];
    }

    private static readonly string[] ErrorLevels = [" ERROR: ", " FATAL: ", " PANIC: "];

    // The beginning of every line that does not continue the message before it.
    [GeneratedRegex(@"^(?=\S)(?!.*? (?:DETAIL|HINT|QUERY|CONTEXT|LOCATION|STATEMENT): )", RegexOptions.Multiline)]
    private static partial Regex Messages();

    private async Task CreateFromAsync(string template)
    {
        await using var connection = await TestServer.OpenAsync();
        await connection.ExecuteAsync($"create database {Name} template {template}", CancellationToken.None);
        ConnectionString = (await TestServer.StartedAsync()).ConnectionString(Name);
        _source = NpgsqlDataSource.Create(ConnectionString);
    }
}
