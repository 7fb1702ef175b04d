using EndpointSync.Grains.Postgres;
using EndpointSync.Tests.Testing;
using EndpointSync.Tests.Torture.Faults;
using EndpointSync.Tests.Torture.Histories;
using EndpointSync.Tests.Torture.Schedules;
using EndpointSync.Tools.Processes;
using Npgsql;

namespace EndpointSync.Tests.Torture.Subjects;

/// <summary>EndpointSync itself: three silos and three sample workers, each connection through a link.</summary>
internal sealed class SiloFleet : ISubject
{
    private const string Registry = FleetCalls.Registry;

    private readonly Recorder _recorder;
    private readonly VersionObserver _observer;
    private readonly FleetCalls _calls;
    private readonly List<Uri> _siloUrls = [];
    private readonly List<Uri> _workerUrls = [];
    private readonly FleetFaults _faults;

    private SiloFleet(OwnServer server, int? standby, Recorder recorder, string folder)
    {
        (Server, _recorder) = (server, recorder);
        _observer = new VersionObserver(server, recorder);
        _calls = new FleetCalls(recorder);
        _faults = new FleetFaults(this, server, standby, _observer, recorder);
        for (var number = 1; number <= Schedule.Silos; number++)
        {
            Silos.Add(NewSilo(number, standby));
        }

        for (var number = 1; number <= Schedule.Workers; number++)
        {
            Workers.Add(NewWorker(number, folder));
        }
    }

    public OwnServer Server { get; }

    public string Application => "EndpointSync/";

    public List<Member> Silos { get; } = [];

    public List<Member> Workers { get; } = [];

    /// <summary>The links to the database, one for each silo and server.</summary>
    public List<Link> DatabaseLinks { get; } = [];

    /// <summary>The links from workers to silos.</summary>
    public List<Link> SiloLinks { get; } = [];

    public static async Task<SiloFleet> StartAsync(
        Recorder recorder, string folder, bool withStandby, CancellationToken cancellationToken)
    {
        var server = await OwnServer.StartAsync(("log_min_duration_statement", "-1"));
        var standby = withStandby ? await server.AddReplicaAsync() : (int?)null;
        var fleet = new SiloFleet(server, standby, recorder, folder);
        try
        {
            await Task.WhenAll(fleet.Silos.Select(silo => silo.StartAsync(cancellationToken)));
            return fleet;
        }
        catch
        {
            await fleet.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the workers, which are ready when they have routes.</summary>
    public Task StartWorkersAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(Workers.Select(worker => worker.StartAsync(cancellationToken)));

    public Task<Reload> ReloadAsync(int silo, string wait, CancellationToken cancellationToken) =>
        _calls.ReloadAsync(Silos[silo].Name, _siloUrls[silo], wait, cancellationToken);

    public Task<WorkerAnswer?> AskAsync(int worker, string path, long min, CancellationToken cancellationToken) =>
        _calls.AskAsync(Workers[worker], _workerUrls[worker], path, min, cancellationToken);

    public async Task<(Ending Ending, string Trace)?> EditAsync(
        int silo, int endpoint, string what, object? body, CancellationToken cancellationToken) =>
        await _calls.EditAsync(_siloUrls[silo], endpoint, what, body, cancellationToken);

    public Task ObserveAsync(CancellationToken cancellationToken) => _observer.ObserveAsync(cancellationToken);

    public Task StrikeAsync(Planned step, CancellationToken cancellationToken) =>
        _faults.StrikeAsync(step, cancellationToken);

    public async Task<string?> FindDueAsync(CancellationToken cancellationToken)
    {
        await _faults.HealAsync(cancellationToken);
        for (var silo = 0; silo < Silos.Count; silo++)
        {
            var reload = await ReloadAsync(silo, "workers", cancellationToken);
            if (!reload.Reached || !reload.IsInSync)
            {
                return $"{Silos[silo].Name}: {reload.Outcome} {reload.Detail}";
            }
        }

        return await FindDueInDatabaseAsync(cancellationToken);
    }

    public async Task CollectAsync(CancellationToken cancellationToken)
    {
        await using (var connection = await Server.Source.OpenConnectionAsync(cancellationToken))
        {
            await CollectAuditAsync(connection);
        }

        await _faults.CollectLeftServerAsync(CollectAuditAsync);
        foreach (var line in Server.Logs.Where(line => line.Contains(Application, StringComparison.Ordinal)
            && line.Contains("could not serialize", StringComparison.Ordinal)))
        {
            _recorder.Add(new ServerMessage(line) { Start = _recorder.Now, End = _recorder.Now });
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var member in Workers.Concat(Silos))
        {
            member.Resume();
        }

        await Task.WhenAll(Workers.Concat(Silos).Select(member => member.DisposeAsync().AsTask()));
        foreach (var link in DatabaseLinks.Concat(SiloLinks))
        {
            await link.DisposeAsync();
        }

        await Server.DisposeAsync();
        _faults.Dispose();
        _calls.Dispose();
    }

    private Member NewSilo(int number, int? standby)
    {
        var url = ServerLaunch.AddressOf(0);
        var toPrimary = new Link(Server.Port);
        var toStandby = standby is { } port ? new Link(port) : null;
        var advertised = new Link(url.Port);
        DatabaseLinks.AddRange(new[] { toPrimary, toStandby }.OfType<Link>());
        SiloLinks.Add(advertised);
        _siloUrls.Add(url);
        var settings = new NpgsqlConnectionStringBuilder(Server.ConnectionString)
        {
            Host = toStandby is null
                ? $"127.0.0.1:{toPrimary.Port}"
                : $"127.0.0.1:{toPrimary.Port},127.0.0.1:{toStandby.Port}",
            // A machine that also runs everything else may take seconds for a connection.
            Timeout = 15,
        };
        var options = new SiloProcessOptions
        {
            Name = $"silo-{number}",
            HttpPort = url.Port,
            ClusterConnectionString = settings.ConnectionString,
            Configuration = new Dictionary<string, string>
            {
                [$"EndpointSync:Registries:{Registry}:CreateTables"] = "true",
                ["EndpointSync:Http:AdvertisedUrl"] = advertised.Address.ToString(),
                ["EndpointSync:Sync:Deadline"] = "00:00:08",
                ["EndpointSync:Sync:StatementTimeout"] = "00:00:05",
                ["EndpointSync:Sync:PollInterval"] = "00:00:02",
                ["EndpointSync:Sync:MaxRetryDelay"] = "00:00:02",
                ["EndpointSync:Sync:ListenKeepAlive"] = "00:00:02",
            },
        };
        return new Member(
            options.Name, _recorder, async stop => await SiloProcess.StartAsync(options, stop));
    }

    private Member NewWorker(int number, string folder)
    {
        var url = ServerLaunch.AddressOf(0);
        _workerUrls.Add(url);
        var options = new WorkerProcessOptions
        {
            Registry = Registry,
            Name = $"worker-{number}",
            HttpPort = url.Port,
            Silos = [.. SiloLinks.Select(link => link.Address)],
            // One of them starts with what it served last.
            SnapshotPath = number == 1 ? Path.Combine(folder, "worker-1.routes") : null,
        };
        return new Member(
            options.Name, _recorder, async stop => await WorkerProcess.StartAsync(options, stop));
    }

    private async Task<string?> FindDueInDatabaseAsync(CancellationToken cancellationToken)
    {
        const string Sql =
            """
            select concat_ws(', ',
              (select 'the bump of version ' || version from endpoint_sync.state where bumped_version < version),
              (select count(*) || ' recorded changes' from endpoint_sync.pending_changes having count(*) > 0),
              (select count(*) || ' pending syncs' from endpoint_sync.pending_syncs having count(*) > 0),
              (select count(*) || ' endpoints without their flag' from fastapi_endpoint where active
                and registry_sync is not true having count(*) > 0))
            """;
        await using var connection = await Server.Source.OpenConnectionAsync(cancellationToken);
        var due = await connection.ScalarAsync<string>(Sql, cancellationToken);
        return due.Length > 0 ? due : null;
    }

    private async Task CollectAuditAsync(NpgsqlConnection connection)
    {
        const string Sql =
            """
            select request_id, operation, outcome, count from orleans.audit
            where operation in ('addEndpoint', 'changeEndpoint', 'archiveEndpoint', 'deleteEndpoint') order by id
            """;
        var known = _recorder.Entries.OfType<AuditRow>().Select(row => row.Trace).ToHashSet();
        var rows = await connection.ListAsync(
            Sql,
            row => new AuditRow(
                row.IsDBNull(0) ? null : row.GetString(0), row.GetString(1), row.GetString(2), row.GetInt64(3))
            {
                Start = _recorder.Now,
                End = _recorder.Now,
            },
            CancellationToken.None);
        rows.Where(row => !known.Contains(row.Trace)).ToList().ForEach(_recorder.Add);
    }
}
