using System.Diagnostics;
using System.Globalization;
using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Postgres;
using EndpointSync.Tools.Processes;
using Npgsql;

namespace EndpointSync.Tests.Outages;

/// <summary>PgBouncer in transaction mode in front of a database.</summary>
internal sealed class Pooler : IAsyncDisposable
{
    private readonly System.Diagnostics.Process _process;
    private readonly string _folder;

    private Pooler(System.Diagnostics.Process process, string folder, string connectionString)
    {
        (_process, _folder) = (process, folder);
        ConnectionString = connectionString;
    }

    /// <summary>
    /// The connection string of a database through the pooler, without the options that Npgsql needs for it.
    /// </summary>
    public string ConnectionString { get; }

    /// <summary>The program; null if it is not installed.</summary>
    public static string? Program => OperatingSystem.IsWindows() ? null : CommandLine.Find("pgbouncer");

    /// <param name="connectionString">The database.</param>
    /// <param name="connectQuery">What the pooler runs in each session that it opens.</param>
    public static async Task<Pooler> StartAsync(string connectionString, string connectQuery)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        var account = await ServerAccount.ForThisProcessAsync(CancellationToken.None);
        var port = LoopbackPort.PickFree();
        var folder = Directory.CreateTempSubdirectory("endpointsync-pooler-").FullName;
        await File.WriteAllTextAsync(
            Path.Combine(folder, "pgbouncer.ini"), Configuration(settings, folder, port, connectQuery));
        await File.WriteAllTextAsync(
            Path.Combine(folder, "users"), $"\"{settings.Username}\" \"{settings.Password}\"\n");
        foreach (var path in new[] { folder, Path.Combine(folder, "pgbouncer.ini"), Path.Combine(folder, "users") })
        {
            await account.OwnAsync(path, CancellationToken.None);
        }

        var command = account.Command(Program!, Path.Combine(folder, "pgbouncer.ini"));
        var process = System.Diagnostics.Process.Start(
            new ProcessStartInfo(command[0], command[1..]) { WorkingDirectory = "/", RedirectStandardError = true })!;
        var pooler = new Pooler(
            process, folder, new NpgsqlConnectionStringBuilder(connectionString)
            {
                Port = port,
                // It is configured with the password in a file, and asks for it in clear.
                RequireAuth = null,
            }.ConnectionString);
        await UntilUpAsync(process).Within("the pooler's start");
        return pooler;
    }

    public async ValueTask DisposeAsync()
    {
        // The pooler's id is in its own file, because the started process may be the program that changed the account.
        var id = int.Parse(await File.ReadAllTextAsync(Path.Combine(_folder, "pid")), CultureInfo.InvariantCulture);
        UnixSignal.Terminate(id);
        await _process.WaitForExitAsync().Within("the pooler's end");
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static string Configuration(
        NpgsqlConnectionStringBuilder server, string folder, int port, string connectQuery) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
         [databases]
         * = host=127.0.0.1 port={server.Port} connect_query='{connectQuery}'
         [pgbouncer]
         listen_addr = 127.0.0.1
         listen_port = {port}
         unix_socket_dir =
         auth_type = plain
         auth_file = {folder}/users
         pidfile = {folder}/pid
         pool_mode = transaction
         ignore_startup_parameters = search_path, options
         default_pool_size = 10
         """);

    private static async Task UntilUpAsync(System.Diagnostics.Process process)
    {
        var output = new ProcessOutput();
        process.ErrorDataReceived += (_, received) =>
        {
            if (received.Data is { } line)
            {
                output.Add(line);
            }
            else
            {
                output.End();
            }
        };
        process.BeginErrorReadLine();
        await output.WaitForAsync("process up", CancellationToken.None);
    }
}
