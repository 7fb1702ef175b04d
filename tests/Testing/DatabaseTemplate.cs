using System.Security.Cryptography;
using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Postgres.Migrations;
using Npgsql;

namespace EndpointSync.Tests.Testing;

/// <summary>
/// A database with every table in place, made once per state of the migrations. Tests copy their databases from it.
/// </summary>
internal static class DatabaseTemplate
{
    private const long TemplateLock = 7_310_001;

    private static readonly Lazy<Task<string>> Name = new(MakeAsync);

    public static Task<string> MadeAsync() => Name.Value;

    private static async Task<string> MakeAsync()
    {
        var name = $"template_{Fingerprint()}";
        await using var connection = await TestServer.OpenAsync();
        await connection.ExecuteAsync($"select pg_advisory_lock({TemplateLock})", CancellationToken.None);
        var sql = "select exists (select from pg_database where datname = $1)";
        if (await connection.ScalarAsync<bool>(sql, CancellationToken.None, PostgresCommands.Value(name)))
        {
            return name;
        }

        var draft = $"draft_{name}";
        await connection.ExecuteAsync($"drop database if exists {draft}", CancellationToken.None);
        await connection.ExecuteAsync($"create database {draft}", CancellationToken.None);
        await FillAsync((await TestServer.StartedAsync()).ConnectionString(draft));
        await connection.ExecuteAsync($"alter database {draft} rename to {name}", CancellationToken.None);
        return name;
    }

    private static async Task FillAsync(string connectionString)
    {
        await using var source = NpgsqlDataSource.Create(connectionString + ";Pooling=false");
        await ClusterDatabase.MigrateAsync(source, CancellationToken.None);
        await Migrator.MigrateAsync(source, "EndpointSync", "endpoint_sync", CancellationToken.None);
        await ClusterTables.MigrateAsync(source, CancellationToken.None);
        await using var connection = await source.OpenConnectionAsync();
        await connection.ExecuteAsync(Migrator.Script("Odoo/fastapi_endpoint.sql"), CancellationToken.None);
        await connection.ExecuteAsync(Migrator.Script("Odoo/endpoint_route.sql"), CancellationToken.None);
        await connection.ExecuteAsync(
            "insert into endpoint_sync.state (schema_name) values ('public')", CancellationToken.None);
    }

    private static string Fingerprint()
    {
        var assembly = typeof(Migrator).Assembly;
        var scripts = assembly.GetManifestResourceNames()
            .Where(name => name.EndsWith(".sql", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);
        var text = string.Concat(scripts.Select(name => name + Migrator.Script(name)));
        return Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text)))[..12];
    }
}
