using System.Collections.Concurrent;

namespace EndpointSync.Local.Postgres;

/// <summary>
/// A PostgreSQL server of this machine's own programs, for whoever has not configured one. It listens on 127.0.0.1 only,
/// keeps its data in one folder, and runs as long as any process uses that folder: the first starts it, later ones adopt
/// it, the last one out stops it. On Unix this holds even when a user is killed; on Windows the next user adopts what it left.
/// </summary>
public sealed class PrivatePostgres : IAsyncDisposable
{
    internal static readonly TimeSpan LockTimeout = TimeSpan.FromMinutes(3);

    private const int StartAttempts = 3;

    // A lease ends when its pipe is closed, and the garbage collector closes the pipe of a server that nobody refers to.
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

    /// <summary>The file that the server logs to. It is moved to <c>.1</c> when it is past 50 MB at a start.</summary>
    public string LogFile { get; }

    /// <summary>
    /// The folder that holds the data: the one asked for, or one in /var/tmp where this process is root and the server's account cannot walk to
    /// the one asked for, which then holds a location.txt.
    /// </summary>
    public string Directory { get; }

    /// <summary>Whether the server was running already, started by another user of the folder.</summary>
    public bool Adopted { get; }

    /// <summary>The process id of the server's first process, the postmaster.</summary>
    public int ProcessId { get; }

    /// <summary>Takes a lease on the server in the folder, and starts it when it does not run. It accepts connections when this returns.</summary>
    /// <exception cref="PostgresNotFoundException">No server programs are installed.</exception>
    /// <exception cref="InvalidOperationException">The server cannot start; the message says why and ends with its log.</exception>
    /// <exception cref="TimeoutException">Another process has been starting this server for three minutes.</exception>
    /// <exception cref="ArgumentException">A setting cannot be written to postgresql.conf.</exception>
    public static Task<PrivatePostgres> StartAsync(PrivatePostgresOptions options, CancellationToken cancellationToken = default) =>
        StartAsync(options, ServerSearch.OfThisMachine(), watchdog: !OperatingSystem.IsWindows(), cancellationToken);

    /// <summary>The connection string of <paramref name="database"/>, which is not created, in Npgsql's keywords.</summary>
    public string ConnectionString(string database = "postgres") =>
        $"Host=127.0.0.1;Port={Port};Username={DataDirectory.User};Password={_password};Database={database}";

    /// <summary>Gives the lease up. Where it was the last one, the server has stopped when this returns.</summary>
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
        ILease lease, ServerFolder folder, ServerAccount account, PrivatePostgresOptions options, CancellationToken cancellationToken)
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

            // Another process may have taken the port since it was picked; every other reason is the same the next time.
            if (attempt == StartAttempts || options.Port != 0 || LoopbackPort.IsFree(port))
            {
                throw new InvalidOperationException(
                    $"PostgreSQL did not start in {folder.Path} on port {port}. {folder.Log} ends with:\n{ServerLog.Tail(folder.Log)}");
            }
        }
    }
}
