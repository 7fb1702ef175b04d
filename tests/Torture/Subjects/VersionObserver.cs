using EndpointSync.Grains.Postgres;
using EndpointSync.Tests.Testing;
using EndpointSync.Tests.Torture.Histories;
using Npgsql;

namespace EndpointSync.Tests.Torture.Subjects;

/// <summary>Reads versions, flags and locks from the database, apart from the product's own code.</summary>
internal sealed class VersionObserver(OwnServer server, Recorder recorder)
{
    private const string SnapshotSql = "begin isolation level repeatable read read only";

    private const string VersionsSql =
        """
        select version, encode(content_hash, 'hex'), routes_added, routes_changed, routes_removed, transaction_id::text
        from endpoint_sync.versions where version > $1 order by version
        """;

    private const string RoutesSql =
        """
        select from_version, coalesce(to_version, 9223372036854775807), key, route, opts, routing, route_group, app
        from endpoint_sync.routes where coalesce(to_version, 9223372036854775807) > $1
        """;

    private const string FlagsSql =
        """
        select e.name, e.root_path || case when e.active then '' else ' (archived)' end, r.route
        from fastapi_endpoint as e
        left join endpoint_route as r on r.key = 'fastapi.endpoint:' || e.id || ':/|/<path:application_path>'
        where e.registry_sync and e.name = any($1)
          and r.route is distinct from case when e.active
            then e.root_path || '/|' || e.root_path || '/<path:application_path>' end
        """;

    // The lock's key as pg_locks shows it. That view is no snapshot: a session that commits meanwhile shows one lock
    // and not the other. So a transaction has to be found twice.
    private const string UnlockedSql =
        """
        select a.application_name, a.pid, written.virtualtransaction from pg_stat_activity as a
        join pg_locks as written on written.pid = a.pid and written.mode = 'RowExclusiveLock'
          and written.relation = 'endpoint_route'::regclass
        where a.application_name like 'EndpointSync/%' and not exists (
          select from pg_locks as held where held.pid = a.pid and held.locktype = 'advisory' and held.granted
            and held.classid = 891055766 and held.objid = 1352810831)
        """;

    private readonly string[] _flagged = [.. Schedules.Slots.Edited.Select(NameOf)];
    private int _timeline = 1;
    private long _last;
    private double _before;

    public static string NameOf(int slot) => $"s{slot}";

    /// <summary>What follows is of another timeline.</summary>
    public void Begin(int timeline) => (_timeline, _last) = (timeline, 0);

    public async Task ObserveAsync(CancellationToken cancellationToken)
    {
        var timeline = _timeline;
        var started = recorder.Now;
        await using var connection = await server.Source.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(SnapshotSql, cancellationToken);
        await RecordVersionsAsync(connection, timeline, cancellationToken);
        await RecordFlagsAsync(connection, started, cancellationToken);
        await connection.ExecuteAsync("commit", cancellationToken);
        await RecordUnlockedAsync(connection, started, cancellationToken);
        _before = started;
    }

    /// <summary>The versions of a server that is left, for those that nobody saw in time.</summary>
    public async Task ReadLeftServerAsync(int timeline, NpgsqlConnection connection, double end)
    {
        var known = recorder.Entries.OfType<VersionSeen>()
            .Where(seen => seen.Timeline == timeline)
            .Select(seen => seen.Version)
            .ToHashSet();
        var (start, last) = (_before, known.Count == 0 ? 0 : known.Max());
        foreach (var seen in await ReadAsync(connection, timeline, last, CancellationToken.None))
        {
            recorder.Add(seen with { Start = start, End = end });
        }
    }

    private static async Task<List<VersionSeen>> ReadAsync(
        NpgsqlConnection connection, int timeline, long after, CancellationToken cancellationToken)
    {
        var versions = await connection.ListAsync(
            VersionsSql,
            row => new VersionSeen(timeline, row.GetInt64(0), row.GetString(1), new Dictionary<string, TableRoute>())
            {
                Added = row.GetInt32(2),
                Changed = row.GetInt32(3),
                Removed = row.GetInt32(4),
                Transaction = row.GetString(5),
            },
            cancellationToken, PostgresCommands.Value(after));
        if (versions.Count == 0)
        {
            return [];
        }

        var routes = await connection.ListAsync(
            RoutesSql,
            row => (From: row.GetInt64(0), To: row.GetInt64(1), Row: Enumerable.Range(2, 6)
                .Select(column => row.IsDBNull(column) ? null : row.GetString(column)).ToArray()),
            cancellationToken, PostgresCommands.Value(after));
        return
        [
            .. versions.Select(version => Filled(
                version, [.. routes.Where(route => route.From <= version.Version && version.Version < route.To)
                    .Select(route => route.Row)])),
        ];
    }

    private static VersionSeen Filled(VersionSeen version, List<string?[]> rows) => version with
    {
        Computed = ContentHash.Of(rows),
        Table = rows.ToDictionary(row => row[0]!, RouteOf),
    };

    private static TableRoute RouteOf(string?[] row) => new(
        (row[1] ?? "").Split('|')[0].TrimEnd('/'), row[5],
        Convert.ToHexStringLower(ContentHash.OfRoute(row).AsSpan(0, 4)));

    private async Task RecordVersionsAsync(
        NpgsqlConnection connection, int timeline, CancellationToken cancellationToken)
    {
        var versions = await ReadAsync(connection, timeline, _last, cancellationToken);
        var end = recorder.Now;
        foreach (var seen in versions)
        {
            recorder.Add(seen with { Start = _before, End = end });
            _last = seen.Version;
        }
    }

    private async Task RecordFlagsAsync(
        NpgsqlConnection connection, double started, CancellationToken cancellationToken)
    {
        var flags = await connection.ListAsync(
            FlagsSql,
            row => new FlagSeen(
                int.Parse(row.GetString(0).AsSpan(1), null), row.GetString(1),
                row.IsDBNull(2) ? null : row.GetString(2))
            {
                Start = started,
                End = recorder.Now,
            },
            cancellationToken, PostgresCommands.Value(_flagged));
        flags.ForEach(recorder.Add);
    }

    private async Task RecordUnlockedAsync(
        NpgsqlConnection connection, double started, CancellationToken cancellationToken)
    {
        var unlocked = await ReadUnlockedAsync(connection, cancellationToken);
        unlocked = unlocked.Count == 0
            ? unlocked
            : [.. unlocked.Intersect(await ReadUnlockedAsync(connection, cancellationToken))];
        unlocked.ForEach(found => recorder.Add(
            new UnlockedWriteSeen(found.Application, found.ProcessId) { Start = started, End = recorder.Now }));
    }

    private static Task<List<(string Application, int ProcessId, string Transaction)>> ReadUnlockedAsync(
        NpgsqlConnection connection, CancellationToken cancellationToken) => connection.ListAsync(
        UnlockedSql, row => (row.GetString(0), row.GetInt32(1), row.GetString(2)), cancellationToken);
}
