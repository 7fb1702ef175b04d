using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Sync.Planning;
using EndpointSync.Tests.Postgres.Races;
using EndpointSync.Tests.Testing.Upstream;
using Npgsql;

namespace EndpointSync.Tests.Postgres.Upstream;

/// <summary>
/// Odoo's workers and silos sync the same endpoints in turns. Neither takes away what the other has written.
/// </summary>
public sealed class OddRootPathTests : FreshDatabaseTests
{
    private static readonly string[] Paths =
    [
        "/plain", "/a b", "/h#h", "/slash/", "/slashes//x///", "/q?q", "/pipe|x", "/|x", "/back\\slash", "/gt>",
        "/é/日本", "/😀", "/trailing ", "/tab\tx", "/new\nline", "/esc\u001b[2J", "/bidi\u202e", "/nbsp\u00a0",
        "/%2F", "/a'b\"c", "/Case", "/web/", "/websites", "/web", "/website", "/", "/a/../b", "/.",
        "//double", "/<int:id>", "/<broken",
        "/|", "", "no-slash", " spaced ", "/" + "long/long/long/long/long/long/long/long/long/long/long/long/long",
    ];

    private static string TooLong => "/" + new string('x', RootPath.MaxLength);

    [Theory]
    [InlineData(18, false)]
    [InlineData(17, false)]
    [InlineData(18, true)]
    [InlineData(17, true)]
    public async Task No_row_changes_hands_after_both_have_synced_every_odd_root_path(int series, bool isPressedAgain)
    {
        await UseSeriesAsync(series);
        await DeclareAsync([.. Paths, TooLong]);
        await using var registry = Registry();
        var turns = new List<List<string?>>();
        for (var turn = 0; turn < 4; turn++)
        {
            if (isPressedAgain && turn == 2)
            {
                // A module's upgrade declares its endpoints again.
                await Database.ExecuteAsync("update fastapi_endpoint set registry_sync = false");
            }

            await SyncAsOdooAsync(series);
            turns.Add(await RowsAsync());
            await registry.ReloadAsync();
            turns.Add(await RowsAsync());
        }

        // What only Odoo can write of a value without a slash would stop its own map.
        Assert.Equal(isPressedAgain ? Stable(turns[1]) : turns[1], isPressedAgain ? Stable(turns[^1]) : turns[^1]);
        for (var turn = 2; turn < turns.Count; turn++)
        {
            Assert.Equal(Stable(turns[1]), Stable(turns[turn]));
        }
    }

    [Fact]
    public async Task What_Odoo_serves_is_served_or_left_as_it_is_and_named()
    {
        await DeclareAsync([.. Paths, TooLong]);
        await SyncAsOdooAsync(18);
        var before = await RowsAsync();
        await using var registry = Registry();

        var receipt = (await registry.Attempts.RunUntilDeadlineAsync(new ReloadRequest())).Receipt;

        var after = await RowsAsync();
        Assert.Empty(before.Where(IsReadableByOdoo).Except(after));
        Assert.Equal(
            [
                "", "/", "/.", "//double", "/<broken", "/<int:id>", "/a/../b", "/web", "/website", TooLong, "/|",
            ],
            receipt.Rejected.Select(endpoint => endpoint.RootPath).Order(StringComparer.Ordinal));
        Assert.Equal(
            receipt.Rejected, (await registry.Status.ReadAsync(TestContext.Current.CancellationToken)).Quarantine);
        Assert.Empty(await Database.ListAsync("select id from fastapi_endpoint where registry_sync is not true"));
    }

    [Fact]
    public async Task A_row_of_Odoo_17_gets_the_field_that_Odoo_18_needs_after_the_upgrade()
    {
        await UseSeriesAsync(17);
        await DeclareAsync(["/a"]);
        await using var registry = Registry();
        await SyncAsOdooAsync(17);
        await registry.ReloadAsync();
        Assert.DoesNotContain("readonly", (await RowsAsync()).Single(), StringComparison.Ordinal);

        await UseSeriesAsync(18);
        await registry.InstallTriggersAsync();
        await Database.ExecuteAsync("select endpoint_sync.check_all('public')");
        await registry.ReloadAsync(ReloadScope.Routes);

        Assert.Contains("\"readonly\": false", (await RowsAsync()).Single(), StringComparison.Ordinal);
    }

    // A role that may not read Odoo's modules writes what both kinds of Odoo can read.
    [Theory]
    [InlineData("update ir_module_module set latest_version = null")]
    [InlineData("update ir_module_module set latest_version = 'unknown'")]
    [InlineData("delete from ir_module_module")]
    [InlineData("drop table ir_module_module; create table ir_module_module (id integer)")]
    [InlineData("drop table ir_module_module")]
    public async Task A_row_without_the_field_is_healed_where_the_series_of_Odoo_is_unknown(string change)
    {
        await UseSeriesAsync(17);
        await Database.ExecuteAsync(change);
        await DeclareAsync(["/a"]);
        await SyncAsOdooAsync(17);
        await using var registry = Registry();

        await registry.ReloadAsync();

        Assert.Contains("\"readonly\": false", (await RowsAsync()).Single(), StringComparison.Ordinal);
    }

    private static bool IsReadableByOdoo(string? row) => !row!.Contains(" no-slash/|", StringComparison.Ordinal)
        && !row.Contains("  spaced /|", StringComparison.Ordinal);

    // Without the rows that Odoo itself cannot read; they alternate when they are pressed again.
    private static List<string?> Stable(List<string?> rows) =>
        [.. rows.Where(row => !row!.Contains("no-slash", StringComparison.Ordinal)
            && !row.Contains("spaced", StringComparison.Ordinal))];

    private async Task UseSeriesAsync(int series) => await Database.ExecuteAsync(
        $"""
         create table if not exists ir_module_module (name varchar, latest_version varchar);
         truncate ir_module_module;
         insert into ir_module_module values ('base', '{series}.0.1.3'), ('web', '9.0.1.0');
         """);

    private async Task DeclareAsync(string[] paths)
    {
        await using var connection = await Database.Source.OpenConnectionAsync();
        await connection.ExecuteAsync(
            "insert into fastapi_endpoint (name, root_path, app, active, registry_sync, save_http_session) "
            + "select 'e' || n, path, 'api', true, false, n % 2 = 0 from unnest($1) with ordinality as given (path, n) "
            + "order by n",
            CancellationToken.None, PostgresCommands.Value(paths));
    }

    // Every column that a reader uses, with the transaction that wrote it.
    private Task<List<string?>> RowsAsync() => Database.ListAsync(
        """
        select e.id || ' ' || e.registry_sync || ' ' || r.key || ' ' || r.route || ' ' || r.opts || ' ' || r.routing
          || ' ' || coalesce(r.endpoint_hash, '') || ' ' || r.xmin
        from fastapi_endpoint as e join endpoint_route as r on r.key like 'fastapi.endpoint:' || e.id || ':%'
        order by e.id, r.key
        """);

    // As OCA's fastapi and endpoint_route_handler do, written apart from the product.
    private async Task SyncAsOdooAsync(int series)
    {
        await using var session = await Session.OpenAsync(Database, "odoo");
        var due = await session.ListAsync(
            "select id, root_path, save_http_session from fastapi_endpoint "
            + "where active and registry_sync is not true order by id",
            row => (Id: row.GetInt32(0), Root: row.GetString(1), Saves: row.GetBoolean(2)));
        foreach (var (id, root, saves) in due)
        {
            var route = $"{root}/|{root}/<path:application_path>";
            var key = $"fastapi.endpoint:{id}:{(root.Length == 0 ? route : route.Replace(root, ""))}";
            var routing = "{\"type\": \"fastapi\", \"auth\": \"public\", \"methods\": [\"GET\", \"POST\", \"PUT\", "
                + "\"PATCH\", \"DELETE\", \"OPTIONS\", \"HEAD\"], \"routes\": "
                + $"[{PythonJson.String(root + "/")}, {PythonJson.String($"{root}/<path:application_path>")}], "
                + $"\"save_session\": {(saves ? "true" : "false")}{(series < 18 ? "" : ", \"readonly\": false")}}}";
            await session.ExecuteAsync(
                """
                insert into endpoint_route (key, route, opts, routing, endpoint_hash) values ($1, $2, $3, $4, $5)
                on conflict (key) do update set route = excluded.route, opts = excluded.opts,
                  routing = excluded.routing, endpoint_hash = excluded.endpoint_hash
                where (endpoint_route.route, endpoint_route.opts, endpoint_route.routing)
                  is distinct from (excluded.route, excluded.opts, excluded.routing)
                """,
                [
                    .. new[] { key, route, ExpectedRoute.Opts, routing, $"-{id}" }.Select(text => (NpgsqlParameter)
                        PostgresCommands.Value(text)),
                ]);
        }

        await session.ExecuteAsync(
            "update fastapi_endpoint set registry_sync = true where active and registry_sync is not true");
    }
}
