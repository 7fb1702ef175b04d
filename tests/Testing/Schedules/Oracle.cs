using System.Text.RegularExpressions;
using EndpointSync.Grains.Postgres;

namespace EndpointSync.Tests.Testing.Schedules;

/// <summary>
/// Computes the routes, flags and quarantine that a registry should have, by rules of its own. The youngest
/// active endpoint of a root path is routed, in the spelling of the oldest. An endpoint that cannot be routed is
/// quarantined, and what Odoo made of it stays.
/// </summary>
internal sealed partial class Oracle(TestDatabase database)
{
    private const string Opts =
        """
        {"handler": {"klass_dotted_path": "odoo.addons.endpoint_route_handler.controllers.main.EndpointNotFoundController", "method_name": "auto_not_found"}}
        """;

    private const string EndpointsSql =
        "select id, root_path, active is true, registry_sync is true, save_http_session is true, app from "
        + "fastapi_endpoint order by id";

    private const string ServedSql =
        "select key, route, opts, routing, app from endpoint_sync.routes where to_version is null";

    private const string StoredSql =
        """
        select key, route, opts, routing, e.app from endpoint_route
        left join fastapi_endpoint as e on key = 'fastapi.endpoint:' || e.id || ':/|/<path:application_path>'
        """;

    private const string RecordedSql =
        """
        select id, endpoint_ids is null and keys is null, awaits_reload, table_name = 'fastapi_endpoint',
          coalesce(endpoint_ids, '{}'), coalesce(keys, '{}')
        from endpoint_sync.pending_changes
        """;

    private static readonly HashSet<string> OdoosRules =
    [
        .. Acts.RootPaths.Where(path => path.Value is null).Select(path => RulesOf(path.Key)),
    ];

    private sealed record Endpoint(
        int Id, string Stored, string? Path, bool Active, bool Flagged, bool SavesSession, string App)
    {
        public bool IsMade(Route route) =>
            Active && Path is null && route.Owner == Id && route.Rules == RulesOf(Stored);
    }

    private sealed record Route(string Key, string? Rules, string? Opts, string? Routing, string? App)
    {
        public int? Owner => OwnKey().Match(Key) is { Success: true } own ? int.Parse(own.Groups[1].Value, null) : null;
    }

    private sealed record RecordedChange(
        long Id, bool Everything, bool AwaitsReload, bool OfEndpoints, int[] Endpoints, string[] Keys);

    private sealed record Seen(
        List<Endpoint> Endpoints, List<Route> Stored, List<Route> Served, HashSet<int> Quarantine,
        List<RecordedChange> Changes)
    {
        public bool IsRecorded(int id) => Changes.Exists(change => change.Everything || Names(change, id));

        // The last that is known of it is an edit, and not that its flag was set.
        public bool AwaitsReload(int id) => Changes.Where(change => change.Everything || Names(change, id))
            .Where(change => change.AwaitsReload || change.OfEndpoints)
            .MaxBy(change => change.Id) is { AwaitsReload: true };

        public string ServedOf(int id) => string.Join(' ', Served.Where(route => route.Owner == id));

        public string StoredOf(int id) => string.Join(' ', Stored.Where(route => route.Owner == id));

        public bool IsOdoos(Route route) => Endpoints.Exists(endpoint => endpoint.IsMade(route));

        public bool IsMisflagged(Endpoint endpoint) =>
            endpoint.Flagged == (endpoint.Active && endpoint.Path is null) && !Stored.Exists(endpoint.IsMade);

        private static bool Names(RecordedChange change, int id) =>
            change.Endpoints.Contains(id)
                || Array.Exists(
                    change.Keys, key => key.StartsWith($"fastapi.endpoint:{id}:", StringComparison.Ordinal));
    }

    /// <summary>
    /// Demands that the whole registry matches its endpoints, in both tables, in the newest version and in the
    /// quarantine.
    /// </summary>
    public async Task AssertInSyncAsync()
    {
        var seen = await SeeAsync();
        var (routes, rejected) = Expect(seen.Endpoints);
        Assert.Equal(Lines(routes), Lines(seen.Stored.Where(route => route.Owner is not null && !seen.IsOdoos(route))));
        Assert.Equal(Lines(seen.Stored), Lines(seen.Served));
        Assert.Equal(rejected.Order(), seen.Quarantine.Order());
        Assert.DoesNotContain(seen.Endpoints, seen.IsMisflagged);
    }

    /// <summary>Demands that no work is pending, and that the versions add up to the whole history.</summary>
    public async Task AssertAtRestAsync()
    {
        await AssertInSyncAsync();
        await History.AssertAddsUpAsync(database);
        Assert.Empty(await database.ListAsync("select operation from endpoint_sync.pending_changes"));
        Assert.Empty(await database.ListAsync("select reason from endpoint_sync.pending_syncs"));
        Assert.Equal(
            0,
            await database.ScalarAsync<long>(
                "select count(*) from endpoint_sync.state where bumped_version <> version"));
        Assert.Equal(
            await database.ScalarAsync<long>("select version from endpoint_sync.state"),
            await database.ScalarAsync<long>("select count(*) from endpoint_sync.versions"));
    }

    /// <summary>
    /// Demands that everything out of sync is recorded, or shares a root path with something recorded, or is covered by
    /// a pending sync.
    /// </summary>
    public async Task AssertNothingIsForgottenAsync()
    {
        var seen = await SeeAsync();
        var isPending = await database.ScalarAsync<bool>(
            "select not endpoint_sync.is_tracked('public') or exists (select from endpoint_sync.pending_syncs)");
        if (isPending)
        {
            return;
        }

        var remembered = WithRelated(seen);
        Assert.DoesNotContain(OutOfSync(seen), id => !remembered.Contains(id) && !seen.Quarantine.Contains(id));
        Assert.DoesNotContain(
            seen.Stored.Except(seen.Served).Concat(seen.Served.Except(seen.Stored)),
            route => route.Owner is null
                && !seen.Changes.Exists(change => change.Everything || change.Keys.Contains(route.Key)));
    }

    /// <summary>
    /// What a reaction to route writes may make of each endpoint that waits for a reload: the newest version's routes
    /// of it stay, or they become the rows that its writer wrote himself, if those are what the endpoint declares.
    /// </summary>
    public async Task<IReadOnlyDictionary<int, string[]>> WaitingAsync()
    {
        var seen = await SeeAsync();
        var declared = seen.Endpoints.Where(endpoint => endpoint is { Active: true, Path: not null })
            .ToDictionary(endpoint => endpoint.Id, endpoint => RouteOf(endpoint).ToString());
        return Enumerable.Range(1, Acts.LargestId)
            .Where(seen.AwaitsReload)
            .ToDictionary(
                id => id,
                id => seen.StoredOf(id) == declared.GetValueOrDefault(id, "")
                    ? new[] { seen.ServedOf(id), seen.StoredOf(id) }
                    : [seen.ServedOf(id)]);
    }

    /// <summary>Demands that nothing was published that nobody asked for.</summary>
    /// <param name="waiting">What the endpoints that wait for a reload may have become.</param>
    public async Task AssertNothingIsPublishedAsync(IReadOnlyDictionary<int, string[]> waiting)
    {
        var seen = await SeeAsync();
        Assert.All(waiting, endpoint => Assert.Contains(seen.ServedOf(endpoint.Key), endpoint.Value));
    }

    /// <summary>
    /// The rules that the newest version has from two endpoints, without those that only Odoo makes.
    /// </summary>
    public async Task<IReadOnlySet<string>> ServedTwiceAsync()
    {
        var seen = await SeeAsync();
        return seen.Served.Where(route => route is { Owner: not null, Rules: not null })
            .GroupBy(route => route.Rules!)
            .Where(same => !OdoosRules.Contains(same.Key))
            .Where(same => same.Select(route => route.Owner).Distinct().Skip(1).Any())
            .Select(same => same.Key)
            .ToHashSet();
    }

    /// <summary>The whole table of a version, as text; that of the newest by default.</summary>
    public async Task<string> ServedAsync(long? version = null) => string.Join('\n', await database.ListAsync(
        "select concat_ws(' ', key, route, opts, routing, route_group, app) from endpoint_sync.routes where "
        + (version is { } at
            ? $"from_version <= {at} and (to_version is null or to_version > {at})"
            : "to_version is null")
        + " order by 1"));

    /// <summary>The tables, for the story of a failure.</summary>
    public async Task<string> DescribeAsync() => string.Join(
        '\n',
        (await database.ListAsync(
            """
            select format('endpoint %s %s active %s flag %s app %s', id, root_path, active, registry_sync, app)
            from fastapi_endpoint
            union all select format('row %s %s', key, route) from endpoint_route
            union all select format('served %s %s since %s', key, route, from_version)
            from endpoint_sync.routes where to_version is null
            union all select format('quarantined %s %s', endpoint_id, reason) from endpoint_sync.quarantine
            union all select format(
              'recorded %s %s %s ids %s keys %s awaits %s process %s seen %s', id, table_name, operation, endpoint_ids,
              keys, awaits_reload, process_id, seen_at)
            from endpoint_sync.pending_changes
            union all select format('pending sync %s', reason) from endpoint_sync.pending_syncs
            union all select format('backoff %s until %s', endpoint_id, until) from endpoint_sync.repair_backoffs
            union all select format('state %s', s) from endpoint_sync.state as s
            """)).Order(StringComparer.Ordinal));

    /// <summary>The exact rows of other consumers.</summary>
    public Task<List<string?>> OthersRowsAsync() =>
        database.ListAsync(
            "select t::text from endpoint_route as t where key !~ '^fastapi\\.endpoint:[1-9][0-9]*:' order by 1");

    [GeneratedRegex(@"^fastapi\.endpoint:([1-9][0-9]*):")]
    private static partial Regex OwnKey();

    private async Task<Seen> SeeAsync()
    {
        await using var connection = await database.Source.OpenConnectionAsync();
        async Task<List<T>> ListAsync<T>(string sql, Func<Npgsql.NpgsqlDataReader, T> read) =>
            await connection.ListAsync(sql, read, CancellationToken.None);
        return new Seen(
            await ListAsync(EndpointsSql, row => new Endpoint(
                row.GetInt32(0), row.GetString(1), Acts.RootPaths[row.GetString(1)], row.GetBoolean(2),
                row.GetBoolean(3), row.GetBoolean(4), row.GetString(5))),
            await ListAsync(StoredSql, ReadRoute),
            await ListAsync(ServedSql, ReadRoute),
            [.. await ListAsync("select endpoint_id from endpoint_sync.quarantine", row => row.GetInt32(0))],
            await ListAsync(
                RecordedSql,
                row => new RecordedChange(
                    row.GetInt64(0), row.GetBoolean(1), row.GetBoolean(2), row.GetBoolean(3),
                    row.GetFieldValue<int[]>(4), row.GetFieldValue<string[]>(5))));
    }

    private static string? TextOrNull(Npgsql.NpgsqlDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetString(column);

    private static Route ReadRoute(Npgsql.NpgsqlDataReader row) =>
        new(row.GetString(0), TextOrNull(row, 1), TextOrNull(row, 2), TextOrNull(row, 3), TextOrNull(row, 4));

    private static (List<Route> Routes, List<int> Rejected) Expect(IEnumerable<Endpoint> endpoints)
    {
        var active = endpoints.Where(endpoint => endpoint.Active).ToList();
        var routed = active.Where(endpoint => endpoint.Path is not null)
            .GroupBy(endpoint => LookupOf(endpoint.Path!))
            .Select(claims => claims.Last(endpoint => endpoint.Stored == claims.First().Stored))
            .ToList();
        return ([.. routed.Select(RouteOf)], [.. active.Except(routed).Select(endpoint => endpoint.Id)]);
    }

    private static string RulesOf(string path) => $"{path}/|{path}/<path:application_path>";

    private static string LookupOf(string path) => path.ToLowerInvariant().Trim('/', ' ');

    private static Route RouteOf(Endpoint endpoint)
    {
        string[] rules = [$"{endpoint.Path}/", $"{endpoint.Path}/<path:application_path>"];
        var escaped = rules.Select(rule => $"\"{rule.Replace("é", "\\u00e9", StringComparison.Ordinal)}\"");
        var routing =
            $$"""
            {"type": "fastapi", "auth": "public", "methods": ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"], "routes": [{{string.Join(", ", escaped)}}], "save_session": {{(endpoint.SavesSession ? "true" : "false")}}, "readonly": false}
            """;
        return new Route(
            $"fastapi.endpoint:{endpoint.Id}:/|/<path:application_path>", string.Join('|', rules), Opts, routing,
            endpoint.App);
    }

    private static HashSet<int> OutOfSync(Seen seen)
    {
        var routes = Expect(seen.Endpoints).Routes;
        var own = seen.Stored.Where(route => route.Owner is not null && !seen.IsOdoos(route)).ToList();
        var differing = routes.Except(own)
            .Concat(own.Except(routes))
            .Concat(seen.Stored.Except(seen.Served))
            .Concat(seen.Served.Except(seen.Stored));
        var misflagged = seen.Endpoints.Where(seen.IsMisflagged).Select(endpoint => endpoint.Id);
        return [.. differing.Select(route => route.Owner).OfType<int>(), .. misflagged];
    }

    // The recorded endpoints and those in quarantine, and every endpoint that claims or has a root path that one of
    // them claims or has.
    private static HashSet<int> WithRelated(Seen seen)
    {
        var claims = seen.Endpoints.Select(endpoint => (endpoint.Id, Path: LookupOf($"{endpoint.Path}")))
            .Concat(
                seen.Served.Concat(seen.Stored)
                    .Where(route => route.Owner is not null)
                    .Select(route => (Id: route.Owner!.Value, Path: LookupOf(route.Rules?.Split('|')[0] ?? ""))))
            .ToHashSet();
        var related = claims.Select(claim => claim.Id).Where(seen.IsRecorded).ToHashSet();
        if (seen.Changes.Count > 0)
        {
            // A sync reads the quarantine again, whatever was recorded.
            related.UnionWith(seen.Quarantine);
        }

        var before = -1;
        while (before != related.Count)
        {
            before = related.Count;
            var paths = claims.Where(claim => related.Contains(claim.Id)).Select(claim => claim.Path).ToHashSet();
            related.UnionWith(claims.Where(claim => paths.Contains(claim.Path)).Select(claim => claim.Id));
        }

        return related;
    }

    private static List<string> Lines(IEnumerable<Route> routes) =>
        [.. routes.Select(route => route.ToString()).Order(StringComparer.Ordinal)];
}
