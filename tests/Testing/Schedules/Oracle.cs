using System.Text.RegularExpressions;
using EndpointSync.Grains.Postgres;

namespace EndpointSync.Tests.Testing.Schedules;

/// <summary>
/// Says what routes, flags and quarantine a registry should have, by rules of its own: the oldest active endpoint of a root path is routed, whoever
/// cannot be is quarantined.
/// </summary>
internal sealed partial class Oracle(TestDatabase database)
{
    private const string Opts =
        """
        {"handler": {"klass_dotted_path": "odoo.addons.endpoint_route_handler.controllers.main.EndpointNotFoundController", "method_name": "auto_not_found"}}
        """;

    private const string EndpointsSql =
        "select id, root_path, active is true, registry_sync is true, save_http_session is true, app from fastapi_endpoint order by id";

    private const string ServedSql = "select key, route, opts, routing, app from endpoint_sync.routes where to_version is null";

    private const string StoredSql =
        """
        select key, route, opts, routing, e.app from endpoint_route left join fastapi_endpoint as e on key = 'fastapi.endpoint:' || e.id || ':/|/<path:application_path>'
        """;

    private const string NotedSql =
        """
        select endpoint_ids is null and keys is null, waits, coalesce(endpoint_ids, '{}'), coalesce(keys, '{}') from endpoint_sync.pending
        """;

    private sealed record Endpoint(int Id, string? Path, bool Active, bool Flagged, bool SavesSession, string App);

    private sealed record Route(string Key, string? Rules, string? Opts, string? Routing, string? App)
    {
        public int? Owner => OwnKey().Match(Key) is { Success: true } own ? int.Parse(own.Groups[1].Value, null) : null;
    }

    private sealed record Note(bool Everything, bool Waits, int[] Endpoints, string[] Keys);

    private sealed record Seen(List<Endpoint> Endpoints, List<Route> Stored, List<Route> Served, HashSet<int> Quarantine, List<Note> Notes)
    {
        public bool IsNoted(int id) => Notes.Exists(note => note.Everything || Names(note, id));

        public bool IsTouched(int id) => Notes.Exists(note => !note.Waits && (note.Everything || Names(note, id)));

        public bool Waits(int id) => Notes.Exists(note => note.Waits && Names(note, id));

        public List<Route> ServedOf(int id) => Served.FindAll(route => route.Owner == id);

        private static bool Names(Note note, int id) =>
            note.Endpoints.Contains(id) || Array.Exists(note.Keys, key => key.StartsWith($"fastapi.endpoint:{id}:", StringComparison.Ordinal));
    }

    /// <summary>Demands that the whole registry is as its endpoints say, in both tables, in the newest version and in the quarantine.</summary>
    public async Task AssertInLineAsync()
    {
        var seen = await SeeAsync();
        var (routes, rejected) = Expect(seen.Endpoints);
        Assert.Equal(Lines(routes), Lines(seen.Stored.Where(route => route.Owner is not null)));
        Assert.Equal(Lines(seen.Stored), Lines(seen.Served));
        Assert.Equal(rejected.Order(), seen.Quarantine.Order());
        Assert.Equal(rejected.Order(), seen.Endpoints.Where(endpoint => !endpoint.Flagged).Select(endpoint => endpoint.Id));
    }

    /// <summary>Demands that nothing is left that anybody would have to look at, and that the versions tell the whole story.</summary>
    public async Task AssertAtRestAsync()
    {
        await AssertInLineAsync();
        await History.AssertAddsUpAsync(database);
        Assert.Empty(await database.ListAsync("select operation from endpoint_sync.pending"));
        Assert.Empty(await database.ListAsync("select reason from endpoint_sync.requests"));
        Assert.Equal(0, await database.ScalarAsync<long>("select count(*) from endpoint_sync.state where signalled_version <> version"));
        Assert.Equal(
            await database.ScalarAsync<long>("select version from endpoint_sync.state"), await database.ScalarAsync<long>("select count(*) from endpoint_sync.versions"));
    }

    /// <summary>Demands that whatever is not in line is noted, or depends on the root path of something that is, or is owed anyway.</summary>
    public async Task AssertNothingIsForgottenAsync()
    {
        var seen = await SeeAsync();
        var isOwed = await database.ScalarAsync<bool>("select not endpoint_sync.is_tracked('public') or exists (select from endpoint_sync.requests)");
        if (isOwed)
        {
            return;
        }

        var remembered = Together(seen);
        Assert.DoesNotContain(OutOfLine(seen), id => !remembered.Contains(id) && !seen.Quarantine.Contains(id));
        Assert.DoesNotContain(
            seen.Stored.Except(seen.Served).Concat(seen.Served.Except(seen.Stored)),
            route => route.Owner is null && !seen.Notes.Exists(note => note.Everything || note.Keys.Contains(route.Key)));
    }

    /// <summary>What of a registry a reaction to route writes must leave alone: the routes of endpoints that were only edited, and other consumers' rows.</summary>
    public async Task<List<string>> WaitingAsync()
    {
        var seen = await SeeAsync();
        return
        [
            .. seen.Endpoints.Where(endpoint => seen.Waits(endpoint.Id) && !seen.IsTouched(endpoint.Id))
                .Select(endpoint => $"{endpoint} {string.Join(' ', seen.ServedOf(endpoint.Id))}"),
        ];
    }

    /// <summary>Other consumers' rows, to the letter.</summary>
    public Task<List<string?>> OthersRowsAsync() =>
        database.ListAsync("select t::text from endpoint_route as t where key !~ '^fastapi\\.endpoint:[1-9][0-9]*:' order by 1");

    [GeneratedRegex(@"^fastapi\.endpoint:([1-9][0-9]*):")]
    private static partial Regex OwnKey();

    private async Task<Seen> SeeAsync()
    {
        await using var connection = await database.Source.OpenConnectionAsync();
        async Task<List<T>> ListAsync<T>(string sql, Func<Npgsql.NpgsqlDataReader, T> read) => await connection.ListAsync(sql, read, CancellationToken.None);
        return new Seen(
            await ListAsync(EndpointsSql, row => new Endpoint(
                row.GetInt32(0), Acts.RootPaths[row.GetString(1)], row.GetBoolean(2), row.GetBoolean(3), row.GetBoolean(4), row.GetString(5))),
            await ListAsync(StoredSql, ReadRoute),
            await ListAsync(ServedSql, ReadRoute),
            [.. await ListAsync("select endpoint_id from endpoint_sync.quarantine", row => row.GetInt32(0))],
            await ListAsync(NotedSql, row => new Note(row.GetBoolean(0), row.GetBoolean(1), row.GetFieldValue<int[]>(2), row.GetFieldValue<string[]>(3))));
    }

    private static Route ReadRoute(Npgsql.NpgsqlDataReader row) =>
        new(row.GetString(0), row.TextOrNull(1), row.TextOrNull(2), row.TextOrNull(3), row.TextOrNull(4));

    private static (List<Route> Routes, List<int> Rejected) Expect(IEnumerable<Endpoint> endpoints)
    {
        var active = endpoints.Where(endpoint => endpoint.Active).ToList();
        var routed = active.Where(endpoint => endpoint.Path is not null).GroupBy(endpoint => endpoint.Path).Select(claims => claims.First()).ToList();
        return ([.. routed.Select(RouteOf)], [.. active.Except(routed).Select(endpoint => endpoint.Id)]);
    }

    private static Route RouteOf(Endpoint endpoint)
    {
        string[] rules = [$"{endpoint.Path}/", $"{endpoint.Path}/<path:application_path>"];
        var escaped = rules.Select(rule => $"\"{rule.Replace("é", "\\u00e9", StringComparison.Ordinal)}\"");
        var routing =
            $$"""
            {"type": "fastapi", "auth": "public", "methods": ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"], "routes": [{{string.Join(", ", escaped)}}], "save_session": {{(endpoint.SavesSession ? "true" : "false")}}, "readonly": false}
            """;
        return new Route($"fastapi.endpoint:{endpoint.Id}:/|/<path:application_path>", string.Join('|', rules), Opts, routing, endpoint.App);
    }

    private static HashSet<int> OutOfLine(Seen seen)
    {
        var (routes, rejected) = Expect(seen.Endpoints);
        var own = seen.Stored.Where(route => route.Owner is not null).ToList();
        var differing = routes.Except(own).Concat(own.Except(routes)).Concat(seen.Stored.Except(seen.Served)).Concat(seen.Served.Except(seen.Stored));
        var misflagged = seen.Endpoints.Where(endpoint => endpoint.Flagged == rejected.Contains(endpoint.Id)).Select(endpoint => endpoint.Id);
        return [.. differing.Select(route => route.Owner).OfType<int>(), .. misflagged];
    }

    // Whoever is noted, and whoever wants or has a root path that one of them wants or has.
    private static HashSet<int> Together(Seen seen)
    {
        var claims = seen.Endpoints.Select(endpoint => (endpoint.Id, Path: $"{endpoint.Path}/"))
            .Concat(seen.Served.Concat(seen.Stored).Where(route => route.Owner is not null).Select(route => (Id: route.Owner!.Value, Path: route.Rules?.Split('|')[0] ?? "")))
            .ToHashSet();
        var together = claims.Select(claim => claim.Id).Where(seen.IsNoted).ToHashSet();
        for (var before = -1; before != together.Count;)
        {
            before = together.Count;
            var paths = claims.Where(claim => together.Contains(claim.Id)).Select(claim => claim.Path).ToHashSet();
            together.UnionWith(claims.Where(claim => paths.Contains(claim.Path)).Select(claim => claim.Id));
        }

        return together;
    }

    private static List<string> Lines(IEnumerable<Route> routes) => [.. routes.Select(route => route.ToString()).Order(StringComparer.Ordinal)];
}
