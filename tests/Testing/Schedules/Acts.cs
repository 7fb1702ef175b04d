using EndpointSync.Tests.Testing.Upstream;

namespace EndpointSync.Tests.Testing.Schedules;

/// <summary>One statement of another writer.</summary>
internal sealed record Act(string What, Func<Task> RunAsync);

/// <summary>What other writers do to a registry, well-behaved or not, as statements in an order.</summary>
internal static class Acts
{
    /// <summary>The largest id of an endpoint.</summary>
    public const int LargestId = MostEndpoints + 2;

    private const int MostEndpoints = 12;

    /// <summary>
    /// Root paths as typed into a form, and the path that rules are built from; null where no rule can be built.
    /// </summary>
    public static readonly IReadOnlyDictionary<string, string?> RootPaths = new Dictionary<string, string?>
    {
        ["/a"] = "/a",
        ["/b"] = "/b",
        ["/c"] = "/c",
        ["/d"] = "/d",
        ["/e"] = "/e",
        ["/f"] = "/f",
        ["/a/"] = "/a/",
        ["b"] = "/b",
        [" /c "] = "/c",
        ["/deep/er"] = "/deep/er",
        ["/é"] = "/é",
        ["/web"] = null,
        ["/x y"] = "/x y",
        [""] = null,
        ["/A"] = "/A",
        ["/d/.."] = null,
    };

    private static readonly string[] Stored = [.. RootPaths.Keys];

    public static IEnumerable<Act> Pick(Random random, UpstreamWorker worker) => random.Next(20) switch
    {
        0 or 1 => LockedSync(worker),
        2 or 3 or 4 => Press(random, worker),
        5 => Unlink(worker, Id(random)),
        6 or 7 => [Run(worker, Edit(random))],
        8 or 9 or 10 => OpenFor(worker, Edit(random)),
        11 or 12 => [Run(worker, Declare(random))],
        13 or 14 => OpenFor(worker, RouteWrite(random), RouteWrite(random)),
        15 or 16 or 17 => [Run(worker, RouteWrite(random))],
        18 => OpenFor(worker, Edit(random), RouteWrite(random)),
        _ => [Run(worker, Bulk(random))],
    };

    private static Act Run(UpstreamWorker worker, string sql) => new(sql, () => worker.Session.ExecuteAsync(sql));

    private static int Id(Random random) => random.Next(1, LargestId + 1);

    private static string Path(Random random) => Stored[random.Next(Stored.Length)];

    private static IEnumerable<Act> LockedSync(UpstreamWorker worker)
    {
        int[] unsynced = [];
        yield return new Act("begin", worker.BeginAsync);
        yield return new Act(
            "lock and query",
            async () => unsynced = await worker.TryLockAsync() ? await worker.FindUnsyncedAsync() : []);
        yield return new Act("flag", () => worker.FlagAsync(unsynced));
        foreach (var step in CommitAndHook(worker))
        {
            yield return step;
        }
    }

    private static IEnumerable<Act> Press(Random random, UpstreamWorker worker)
    {
        int[] pressed = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Id(random))];
        yield return new Act("begin", worker.BeginAsync);
        yield return new Act($"flag {string.Join(' ', pressed)}", () => worker.FlagAsync(pressed));
        foreach (var step in CommitAndHook(worker))
        {
            yield return step;
        }
    }

    private static IEnumerable<Act> CommitAndHook(UpstreamWorker worker)
    {
        yield return new Act("commit", worker.CommitAsync);
        yield return new Act("begin the hook", worker.BeginHookAsync);
        yield return new Act("write routes", worker.WriteRoutesAsync);
        yield return new Act("commit the hook", worker.CommitHookAsync);
    }

    private static IEnumerable<Act> Unlink(UpstreamWorker worker, int id)
    {
        yield return new Act("begin", worker.BeginAsync);
        yield return Run(worker, $"delete from endpoint_route where key like 'fastapi.endpoint:{id}:%'");
        yield return Run(worker, $"delete from fastapi_endpoint where id = {id}");
        yield return new Act("commit", worker.CommitAsync);
    }

    private static IEnumerable<Act> OpenFor(UpstreamWorker worker, params string[] statements)
    {
        yield return new Act("begin", worker.BeginAsync);
        foreach (var statement in statements)
        {
            yield return Run(worker, statement);
        }

        yield return new Act("commit", worker.CommitAsync);
    }

    private static string Edit(Random random) => random.Next(9) switch
    {
        0 => $"update fastapi_endpoint set active = not active, registry_sync = false where id = {Id(random)}",
        1 => $"update fastapi_endpoint set save_http_session = not save_http_session, registry_sync = false "
            + $"where id = {Id(random)}",
        2 => $"update fastapi_endpoint set app = 'app {random.Next(3)}' where id = {Id(random)}",
        3 => $"update fastapi_endpoint set root_path = '{Path(random)}', registry_sync = true where id = {Id(random)}",
        4 => $"delete from fastapi_endpoint where id = {Id(random)}",
        5 => Swap(Id(random), Id(random)),
        _ => $"update fastapi_endpoint set root_path = '{Path(random)}', registry_sync = false where id = {Id(random)}",
    };

    private static string Swap(int one, int other) =>
        $"""
         update fastapi_endpoint as mine set root_path = theirs.root_path, registry_sync = false
         from fastapi_endpoint as theirs
         where (mine.id, theirs.id) in (({one}, {other}), ({other}, {one})) and mine.id <> theirs.id
         """;

    private static string Declare(Random random) =>
        $"""
         insert into fastapi_endpoint (id, name, root_path, app, active, registry_sync, save_http_session)
         values ({Id(random)}, 'new', '{Path(random)}', 'api', {(random.Next(5) > 0 ? "true" : "false")},
           {(random.Next(5) == 0 ? "true" : "false")}, false)
         on conflict do nothing
         """;

    private static string Bulk(Random random) => random.Next(8) switch
    {
        0 => "update fastapi_endpoint set registry_sync = false",
        1 => "update fastapi_endpoint set registry_sync = true",
        2 => $"update fastapi_endpoint set active = false, registry_sync = false where id % 3 = {random.Next(3)}",
        3 => $"update fastapi_endpoint set active = true, registry_sync = false where id % 3 = {random.Next(3)}",
        4 => "truncate endpoint_route",
        5 => "delete from endpoint_route where key like 'fastapi.endpoint:%'",
        6 => "update endpoint_route set route_group = 'group', route = route || '' where id % 2 = 0",
        _ => random.Next(4) > 0
            ? "update endpoint_route set endpoint_hash = md5(endpoint_hash)"
            : "truncate fastapi_endpoint",
    };

    private static string RouteWrite(Random random)
    {
        var prefix = $"fastapi.endpoint:{Id(random)}:";
        var key = $"{prefix}/|/<path:application_path>";
        var path = RootPaths[Path(random)] ?? "/wrong";
        var rules = $"{path}/|{path}/<path:application_path>";
        return random.Next(11) switch
        {
            0 => $"update endpoint_route set route = '{rules}' where key = '{key}'",
            1 => $"update endpoint_route set routing = 'no json' where key = '{key}'",
            2 => $"update endpoint_route set opts = null, route_group = 'mine' where key = '{key}'",
            3 => $"delete from endpoint_route where key like '{prefix}%'",
            4 => $"insert into endpoint_route (key, route) values ('{prefix}/odd', '{rules}') on conflict do nothing",
            5 => $"insert into endpoint_route (key, route) values ('{key}', '{rules}') on conflict do nothing",
            6 => $"update endpoint_route set key = 'disabled:' || key where key = '{key}' and not exists (select from "
                + $"endpoint_route where key = 'disabled:{key}')",
            7 => $"update endpoint_route set key = '{prefix}/renamed' where id = (select id from endpoint_route where "
                + "key like 'fastapi%' order by key limit 1)",
            8 => $"insert into endpoint_route (key, route) values ('endpoint.endpoint:{Id(random)}:/x', '{rules}') on "
                + "conflict (key) do update set route = excluded.route",
            9 => $"delete from endpoint_route where key like 'endpoint.endpoint:{Id(random)}:%' "
                + "or key like 'disabled%'",
            _ => $"insert into endpoint_route (key, route) values ('fastapi.endpoint:0{Id(random)}:/x', '{rules}') on "
                + "conflict do nothing",
        };
    }
}
