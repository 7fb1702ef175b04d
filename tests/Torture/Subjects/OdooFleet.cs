using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Postgres.Migrations;
using EndpointSync.Tests.Testing;
using EndpointSync.Tests.Testing.Upstream;
using EndpointSync.Tests.Torture.Faults;
using EndpointSync.Tests.Torture.Histories;
using EndpointSync.Tests.Torture.Schedules;
using Npgsql;

namespace EndpointSync.Tests.Torture.Subjects;

/// <summary>
/// The upstream protocol without EndpointSync: workers of Odoo, re-created, that set flags under OpenSPP's lock, write
/// routes behind it, and serve from a map that is kept under the sequence's value.
/// </summary>
internal sealed class OdooFleet : ISubject
{
    private const string SnapshotSql =
        """
        select key, route, opts, routing, route_group, e.app from endpoint_route
        left join fastapi_endpoint as e on key = 'fastapi.endpoint:' || e.id || ':/|/<path:application_path>'
        """;

    private const string VersionSql = "select last_value from endpoint_route_version";

    private static readonly string[] Isolation = ["begin isolation level repeatable read"];

    private readonly Recorder _recorder;
    private readonly SessionFaults _faults;
    private readonly SemaphoreSlim[] _turns =
        [.. Enumerable.Range(0, Schedule.Workers).Select(_ => new SemaphoreSlim(1))];
    private readonly Dictionary<long, Dictionary<string, string>>[] _maps =
        [.. Enumerable.Range(0, Schedule.Workers).Select(_ => new Dictionary<long, Dictionary<string, string>>())];

    private double _before;

    private OdooFleet(OwnServer server, Recorder recorder)
    {
        (Server, _recorder) = (server, recorder);
        _faults = new SessionFaults(server, Application, recorder);
    }

    public OwnServer Server { get; }

    public string Application => "odoo";

    public static async Task<OdooFleet> StartAsync(Recorder recorder)
    {
        var server = await OwnServer.StartAsync();
        await server.ExecuteAsync(Migrator.Script("Odoo/fastapi_endpoint.sql"));
        await server.ExecuteAsync(Migrator.Script("Odoo/endpoint_route.sql"));
        return new OdooFleet(server, recorder);
    }

    /// <summary>A request after a deploy: the worker syncs what is unsynced, if it gets the lock.</summary>
    public async Task<Reload> ReloadAsync(int silo, string wait, CancellationToken cancellationToken)
    {
        var reload = new Reload($"odoo-{silo}") { Start = _recorder.Now };
        var outcome = "no receipt";
        try
        {
            await using var worker = new UpstreamWorker(await OpenAsync($"odoo-{silo}"), hashSeed: 1);
            outcome = await worker.SyncAsync() ? "UpToDate" : "Skipped";
            reload = reload with
            {
                Outcome = outcome,
                Version = await worker.Session.ScalarAsync<long>(VersionSql),
                Reached = true,
            };
        }
        catch (Exception failure) when (failure is NpgsqlException or IOException or InvalidOperationException)
        {
            reload = reload with { Detail = failure.Message };
        }

        reload = reload with { End = _recorder.Now };
        _recorder.Add(reload);
        return reload;
    }

    public async Task<WorkerAnswer?> AskAsync(int worker, string path, long min, CancellationToken cancellationToken)
    {
        await _turns[worker].WaitAsync(cancellationToken);
        var answer = new WorkerAnswer($"odoo-worker-{worker}#1", path, 0, 0) { Start = _recorder.Now };
        try
        {
            await using var connection = await Server.Source.OpenConnectionAsync(cancellationToken);
            await connection.ExecuteAsync(Isolation[0], cancellationToken);
            var version = await connection.ScalarAsync<long>(VersionSql, cancellationToken);
            if (!_maps[worker].TryGetValue(version, out var map))
            {
                map = (await ReadAsync(connection, cancellationToken)).Values.ToDictionary(
                    route => route.Path, route => route.App ?? "none", StringComparer.Ordinal);
                _maps[worker][version] = map;
            }

            return answer with
            {
                Status = map.ContainsKey(path) ? 200 : 404,
                Version = version,
                End = _recorder.Now,
            };
        }
        catch (Exception failure) when (failure is NpgsqlException or IOException or InvalidOperationException)
        {
            // Odoo has no table without its database, so this is no violation of what it promises.
            return null;
        }
        finally
        {
            _turns[worker].Release();
        }
    }

    public Task<(Ending Ending, string Trace)?> EditAsync(
        int silo, int endpoint, string what, object? body, CancellationToken cancellationToken) =>
        Task.FromResult<(Ending, string)?>(null);

    /// <summary>The sequence and the rows in one snapshot, as a worker of Odoo sees them.</summary>
    public async Task ObserveAsync(CancellationToken cancellationToken)
    {
        var started = _recorder.Now;
        await using var connection = await Server.Source.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(Isolation[0], cancellationToken);
        var version = await connection.ScalarAsync<long>(VersionSql, cancellationToken);
        var table = await ReadAsync(connection, cancellationToken);
        var hash = string.Join(' ', table.Select(row => $"{row.Key}{row.Value.Path}").Order(StringComparer.Ordinal));
        _recorder.Add(
            new VersionSeen(1, version, $"{hash.GetHashCode(StringComparison.Ordinal):x8}", table)
            {
                Start = _before,
                End = _recorder.Now,
            });
        _before = started;
    }

    public Task StrikeAsync(Planned step, CancellationToken cancellationToken) =>
        _faults.StrikeAsync(step, cancellationToken);

    public async Task<string?> FindDueAsync(CancellationToken cancellationToken)
    {
        await ReloadAsync(silo: 0, "", cancellationToken);
        return null;
    }

    public Task CollectAsync(CancellationToken cancellationToken)
    {
        foreach (var line in Server.Logs.Where(line => line.Contains("could not serialize", StringComparison.Ordinal)))
        {
            _recorder.Add(new ServerMessage(line) { Start = _recorder.Now, End = _recorder.Now });
        }

        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    private static async Task<Dictionary<string, TableRoute>> ReadAsync(
        NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var rows = await connection.ListAsync(
            SnapshotSql,
            row => Enumerable.Range(0, 6)
                .Select(column => row.IsDBNull(column) ? null : row.GetString(column)).ToArray(),
            cancellationToken);
        return rows.ToDictionary(
            row => row[0]!, row => new TableRoute((row[1] ?? "").Split('|')[0].TrimEnd('/'), row[5]));
    }

    private async Task<Session> OpenAsync(string name)
    {
        var connection = await Server.Source.OpenConnectionAsync();
        await connection.ExecuteAsync($"set application_name = '{name}'", CancellationToken.None);
        return new Session(connection);
    }
}
