using System.Collections.Concurrent;

namespace EndpointSync.Tools.Postgres;

/// <summary>
/// A private PostgreSQL server, run from this machine's installed programs, for use without a configured server. It
/// listens on 127.0.0.1 only and keeps its data in one folder. It runs as long as any process uses that folder: the
/// first starts it, later ones adopt it, and the last one stops it. On Unix this holds even when a user is killed; on
/// Windows the next user adopts the running server.
/// </summary>
public sealed class PrivatePostgres : IAsyncDisposable
{
    internal static readonly TimeSpan LockTimeout = TimeSpan.FromMinutes(3);

    private const int StartAttempts = 3;

    // A lease ends when its pipe is closed, and the garbage collector would close the pipe of an unreferenced server.
    private static readonly ConcurrentDictionary<PrivatePostgres, ILease> Held = new();

    private readonly string _password;

    private PrivatePostgres(ServerFolder folder, bool adopted)
    {
        (ProcessId, Port) = Postmaster.Read(folder);
        _password = DataDirectory.ReadPassword(folder);
        Directory = folder.Path;
        LogFile = folder.Log;
        Adopted = adopted;
    }

    /// <summary>The TCP port on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>The server's log file. If it exceeds 50 MB at a start, it is moved to <c>.1</c>.</summary>
    public string LogFile { get; }

    /// <summary>
    /// The folder with the data: the requested one, or one in /var/tmp if this process is root and the server's account
    /// cannot reach the requested one. The requested folder then has a location.txt.
    /// </summary>
    public string Directory { get; }

    /// <summary>Whether the server was already running, started by another user of the folder.</summary>
    public bool Adopted { get; }

    /// <summary>The process id of the postmaster.</summary>
    public int ProcessId { get; }

    /// <summary>
    /// Takes a lease on the server in the folder, and starts the server if it does not run. The server accepts
    /// connections when this returns.
    /// </summary>
    /// <exception cref="PostgresNotFoundException">No server programs are installed.</exception>
    /// <exception cref="InvalidOperationException">
    /// The server cannot start; the message has the reason and ends with the server's log.
    /// </exception>
    /// <exception cref="TimeoutException">Another process has been starting this server for three minutes.</exception>
    /// <exception cref="ArgumentException">A setting cannot be written to postgresql.conf.</exception>
    public static Task<PrivatePostgres> StartAsync(
        PrivatePostgresOptions options, CancellationToken cancellationToken = default) =>
        StartAsync(options, ServerSearch.OfThisMachine(), watchdog: !OperatingSystem.IsWindows(), cancellationToken);

    /// <summary>
    /// The connection string of a database, in Npgsql's keywords. The database is not created. Another process that has
    /// taken the port after the server's end does not get the password: it would have to ask for it in a way that does
    /// not show it, and to prove that it knows it.
    /// </summary>
    public string ConnectionString(string database = "postgres") =>
        $"Host=127.0.0.1;Port={Port};Username={DataDirectory.User};Password={_password};Database={database};"
        + "Require Auth=ScramSHA256";

    /// <summary>Releases the lease. If it was the last one, the server has stopped when this returns.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Held.TryRemove(this, out var lease))
        {
            await lease.DisposeAsync();
        }
    }

    internal static async Task<PrivatePostgres> StartAsync(
        PrivatePostgresOptions options, ServerSearch search, bool watchdog, CancellationToken cancellationToken)
    {
        var account = await ServerAccount.ForThisProcessAsync(cancellationToken);
        var folder = await ServerFolder.OpenAsync(options.Directory, account, cancellationToken);
        await using var taken = await FolderLock.TakeAsync(folder.Lock, LockTimeout, cancellationToken);
        var programs = await ServerPrograms.ChooseAsync(search, folder.DataVersion, folder.Data, cancellationToken);
        await DataDirectory.EnsureAsync(folder, programs, account, cancellationToken);

        var pgCtl = account.Command(programs.PgCtl, "-D", folder.Data);
        ILease lease = watchdog
            ? await WatchdogLease.TakeAsync(folder, pgCtl, cancellationToken)
            : await DirectLease.TakeAsync(folder, pgCtl, cancellationToken);
        try
        {
            var adopted = await lease.IsRunningAsync(cancellationToken);
            if (!adopted)
            {
                await StartServerAsync(lease, folder, account, options, cancellationToken);
            }

            var server = new PrivatePostgres(folder, adopted);
            Held[server] = lease;
            return server;
        }
        catch
        {
            lease.Abandon();
            throw;
        }
    }

    private static async Task StartServerAsync(
        ILease lease, ServerFolder folder, ServerAccount account, PrivatePostgresOptions options,
        CancellationToken cancellationToken)
    {
        await ServerLog.PrepareAsync(folder.Log, account, cancellationToken);
        for (var attempt = 1; ; attempt++)
        {
            var port = options.Port != 0 ? options.Port : ServerPort.Pick(folder);
            await ServerSettings.WriteAsync(folder, account, port, options.Settings, cancellationToken);
            if (await lease.TryStartAsync(cancellationToken))
            {
                ServerPort.Remember(folder, Postmaster.Read(folder).Port);
                return;
            }

            // Another process may have taken the port since it was picked. Every other failure would repeat.
            if (attempt == StartAttempts || options.Port != 0 || LoopbackPort.IsFree(port))
            {
                throw new InvalidOperationException(
                    $"PostgreSQL did not start in {folder.Path} on port {port}. {folder.Log} ends "
                    + $"with:\n{ServerLog.Tail(folder.Log)}");
            }
        }
    }
}
