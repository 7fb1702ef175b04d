using EndpointSync.Tools.Postgres;
using Npgsql;

namespace EndpointSync.Tests.Testing;

/// <summary>
/// The PostgreSQL that all tests share: a server of their own, kept between runs, that stops with the last test
/// process.
/// </summary>
public static class TestServer
{
    private static readonly Lazy<Task<PrivatePostgres>> Server = new(
        () => PrivatePostgres.StartAsync(new PrivatePostgresOptions
        {
            Directory = Path.Combine(
            RepositoryRoot.Find(AppContext.BaseDirectory) ?? Path.GetTempPath(), ".data", "test-postgres"),
        }));

    /// <summary>The server, started on first use.</summary>
    public static Task<PrivatePostgres> StartedAsync() => Server.Value;

    /// <summary>A connection to the server's own database, to create and drop databases.</summary>
    public static async Task<NpgsqlConnection> OpenAsync()
    {
        var connection = new NpgsqlConnection((await StartedAsync()).ConnectionString() + ";Pooling=false");
        await connection.OpenAsync();
        return connection;
    }
}
