using EndpointSync.Tools.Postgres;
using Npgsql;

namespace EndpointSync.Tests.Testing;

/// <summary>
/// The PostgreSQL that all tests share: a server of their own, kept between runs, that stops with the last test
/// process. <c>ENDPOINTSYNC_POSTGRES_BIN</c> chooses another version than the first that is found.
/// </summary>
public static class TestServer
{
    private static readonly Lazy<Task<PrivatePostgres>> Server = new(
        () => PrivatePostgres.StartAsync(new PrivatePostgresOptions
        {
            Directory = Path.Combine(
                RepositoryRoot.Find(AppContext.BaseDirectory) ?? Path.GetTempPath(), ".data",
                $"test-postgres{Version()}"),
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

    // The data of a version is only opened by that version. Its programs are in <version>/bin.
    private static string Version() =>
        Environment.GetEnvironmentVariable(ServerSearch.FolderVariable) is { Length: > 0 } folder
            ? $"-{Path.GetFileName(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(folder)))}"
            : "";
}
