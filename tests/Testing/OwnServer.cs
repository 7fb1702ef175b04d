using System.Diagnostics;
using System.Globalization;
using EndpointSync.Grains.Postgres;
using EndpointSync.Tools.Postgres;
using Npgsql;

namespace EndpointSync.Tests.Testing;

/// <summary>A PostgreSQL server of one test alone, to be stopped, frozen and copied.</summary>
internal sealed class OwnServer : IAsyncDisposable
{
    private const int StartAttempts = 3;

    private readonly PrivatePostgres _server;
    private readonly ServerControl _control;
    private string? _replica;
    private int _replicaPort;
    private bool _isPromoted;

    private OwnServer(PrivatePostgres server, ServerControl control)
    {
        (_server, _control) = (server, control);
        ConnectionString = server.ConnectionString();
        Source = NpgsqlDataSource.Create(ConnectionString + ";Application Name=test;Pooling=false");
    }

    public string ConnectionString { get; }

    /// <summary>For the test's own queries.</summary>
    public NpgsqlDataSource Source { get; private set; }

    public int Port => _server.Port;

    public string Log => File.ReadAllText(_server.LogFile);

    /// <summary>What both servers have logged, line by line.</summary>
    public IEnumerable<string> Logs => new[] { _server.LogFile }
        .Concat(_replica is null ? [] : Directory.EnumerateFiles(_replica, "log?"))
        .SelectMany(File.ReadLines);

    public static async Task<OwnServer> StartAsync(params (string Name, string Value)[] settings)
    {
        var server = await PrivatePostgres.StartAsync(new PrivatePostgresOptions
        {
            Directory = Path.Combine(Path.GetTempPath(), $"endpointsync-outage-{Guid.NewGuid():N}"),
            Settings = settings.ToDictionary(setting => setting.Name, setting => setting.Value),
        });
        return new OwnServer(server, await ServerControl.OfAsync(server));
    }

    public Task<long> AddEndpointAsync(string rootPath) => ScalarAsync<long>(
        $"""
         insert into fastapi_endpoint (name, root_path, app, active, registry_sync, save_http_session)
         values ('{rootPath}', '{rootPath}', 'api_v2', true, false, false) returning id::bigint
         """);

    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var connection = await Source.OpenConnectionAsync();
        return await connection.ScalarAsync<T>(sql, CancellationToken.None);
    }

    /// <summary>Waits until a query that returns one boolean returns true.</summary>
    public Task UntilAsync(string condition, string what) =>
        Deadline.UntilAsync(() => ScalarAsync<bool>(condition), what);

    public async Task ExecuteAsync(string sql)
    {
        await using var connection = await Source.OpenConnectionAsync();
        await connection.ExecuteAsync(sql, CancellationToken.None);
    }

    /// <summary>Stops the primary: <c>fast</c> ends its sessions in order, <c>immediate</c> is a crash.</summary>
    public Task StopAsync(string mode) => _control.ControlAsync(Data, "stop", "-m", mode);

    /// <summary>Starts the primary again, as often as it takes for the children of a killed one to end.</summary>
    public async Task StartAgainAsync()
    {
        if (_isPromoted)
        {
            await StartReplicaAsync(_replica!, _replicaPort);
            return;
        }

        await _control.StartAgainAsync();
    }

    /// <summary>Freezes the primary's postmaster and all of its children, until the result is disposed.</summary>
    public Frozen Freeze() => new(Postmaster());

    /// <summary>Kills the primary's postmaster (SIGKILL). Its children notice and end by themselves.</summary>
    public void KillPostmaster() => Process.GetProcessById(Postmaster()).Kill();

    /// <summary>Starts the server that was the primary before a promotion, for a look at what it has.</summary>
    public async Task<NpgsqlDataSource> StartLeftServerAsync()
    {
        await _control.StartAgainAsync();
        return NpgsqlDataSource.Create(ConnectionString + ";Pooling=false");
    }

    /// <summary>Copies the running server into a streaming standby, and starts that.</summary>
    /// <returns>The standby's port.</returns>
    public async Task<int> AddReplicaAsync()
    {
        var replica = $"{_server.Directory}/replica";
        var from = new NpgsqlConnectionStringBuilder(ConnectionString);
        var source = $"host={from.Host} port={from.Port} user={from.Username} password={from.Password}";
        // In a folder that belongs to the server's account and that only this account may write to.
        await ServerControl.RunAsync(
            "sh", "-c", "install -d -m 700 -o \"${1:-$(id -un)}\" \"$0\"", replica, _control.Account.Name ?? "");
        await ServerControl.RunAsync(
            _control.Account.Command(BaseBackup(), "-D", replica, "-R", "-X", "stream", "-c", "fast", "-d", source));
        _replica = replica;
        return _replicaPort = await StartReplicaAsync(replica);
    }

    /// <summary>Makes the standby receive nothing any more, so that it lacks what is committed from now on.</summary>
    public async Task DetachReplicaAsync(int port)
    {
        var settings = new NpgsqlConnectionStringBuilder(ConnectionString) { Port = port, Pooling = false };
        await using (var replica = NpgsqlDataSource.Create(settings))
        await using (var connection = await replica.OpenConnectionAsync())
        {
            await connection.ExecuteAsync("alter system set primary_conninfo = ''", CancellationToken.None);
            await connection.ExecuteAsync("select pg_reload_conf()", CancellationToken.None);
        }

        await UntilAsync("select not exists (select from pg_stat_replication)", "a standby that receives nothing");
    }

    /// <summary>Makes the standby the primary; the test's own queries go to it from then on.</summary>
    public async Task PromoteReplicaAsync(int port)
    {
        await Source.DisposeAsync();
        var settings = new NpgsqlConnectionStringBuilder(ConnectionString) { Port = port, Pooling = false };
        Source = NpgsqlDataSource.Create(settings);
        Assert.True(await ScalarAsync<bool>("select pg_promote(true, 60)"), "the standby was not promoted");
        _isPromoted = true;
    }

    public async ValueTask DisposeAsync()
    {
        await Source.DisposeAsync();
        if (_replica is not null && File.Exists($"{_replica}/postmaster.pid"))
        {
            await _control.ControlAsync(_replica, "stop", "-m", "immediate");
        }

        await _server.DisposeAsync();
        Directory.Delete(_server.Directory, recursive: true);
    }

    private string Data => _isPromoted ? _replica! : _control.Data;

    // The program is not always beside the server's own programs.
    private static string BaseBackup() =>
        ServerSearch.OfThisMachine().Found.Select(folder => Path.Combine(folder, "pg_basebackup")).First(File.Exists);

    private int Postmaster() =>
        int.Parse(File.ReadLines(Path.Combine(Data, "postmaster.pid")).First(), CultureInfo.InvariantCulture);

    // Another process may take a port between its choice and the server's start.
    private async Task<int> StartReplicaAsync(string replica, int known = 0)
    {
        for (var attempt = 1; ; attempt++)
        {
            var port = known != 0 ? known : LoopbackPort.PickFree();
            var log = $"{replica}/log{attempt}";
            var start = await CommandLine.RunAsync(
                _control.Control(
                    replica, "start", "-l", log, "-o", string.Create(CultureInfo.InvariantCulture, $"-p {port}")),
                "/", CancellationToken.None);
            if (start.Succeeded)
            {
                return port;
            }

            Assert.True(attempt < StartAttempts, $"the standby did not start on port {port}: {ServerLog.Tail(log)}");
        }
    }
}
