using System.Globalization;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Postgres.Sync;

public sealed class HistoryTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private static readonly string[] Edits =
    [
        "insert into fastapi_endpoint (name, root_path, app, active) values ('one', '/a', 'api', true), "
        + "('two', '/é', 'api', true)",
        "update fastapi_endpoint set root_path = '/b', registry_sync = false where name = 'one'",
        "insert into endpoint_route (key, route, route_group) values ('endpoint.endpoint:5:/demo', '', 'group')",
        "update endpoint_route set opts = '', route = null where key = 'endpoint.endpoint:5:/demo'",
        "update fastapi_endpoint set active = false where name = 'two'",
        "delete from endpoint_route where key = 'endpoint.endpoint:5:/demo'",
        "update fastapi_endpoint set active = true where name = 'two'; delete from fastapi_endpoint where name = 'one'",
        "insert into endpoint_route (key, route, route_group) values ('endpoint.endpoint:5:/demo', '/again', null)",
    ];

    private static readonly string[] Fields = ["key", "route", "opts", "routing", "route_group", "app"];

    private const string Line = "to_jsonb(array[key, route, opts, routing, route_group])::text";

    private readonly List<List<string?>> _tables = [];
    private readonly List<ReloadReceipt> _receipts = [];

    public async ValueTask InitializeAsync()
    {
        await using var registry = new TestRegistry(database);
        await database.ExecuteAsync(
            "truncate fastapi_endpoint; truncate endpoint_route; truncate endpoint_sync.routes; "
            + "truncate endpoint_sync.versions, endpoint_sync.rollouts, endpoint_sync.rollout_rings; "
            + "update endpoint_sync.state set version = 0, bumped_version = 0, "
            + "content_hash = decode(repeat('00', 32), 'hex')");
        foreach (var edit in Edits)
        {
            await database.ExecuteAsync(edit);
            _receipts.Add(await registry.ReloadAsync());
            _tables.Add(await database.ListAsync($"select {Line} from endpoint_route order by 1"));
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Every_version_can_be_read_as_it_was()
    {
        Assert.Equal(
            Enumerable.Range(1, Edits.Length).Select(version => (long)version),
            _receipts.Select(receipt => receipt.Version.Value));
        for (var version = 1; version <= Edits.Length; version++)
        {
            Assert.Equal(
                _tables[version - 1],
                await database.ListAsync(
                    $"select {Line} from endpoint_sync.routes where from_version <= {version} and (to_version is null "
                    + $"or to_version > {version}) order by 1"));
        }
    }

    [Fact]
    public async Task The_changes_lead_from_each_version_to_the_next()
    {
        List<string?> table = [];
        for (var version = 1; version <= Edits.Length; version++)
        {
            var before = await ChangesAsync(version, "before");
            var after = await ChangesAsync(version, "after");
            Assert.All(before, row => Assert.Contains(row, table));
            table = [.. table.Except(before).Concat(after).Order(StringComparer.Ordinal)];
            Assert.Equal(_tables[version - 1].Order(StringComparer.Ordinal), table);
        }
    }

    [Fact]
    public async Task A_versions_row_has_the_counts_of_its_receipt_and_of_its_changes()
    {
        var rows = await database.ListAsync(
            "select concat_ws(' ', version, endpoints_synced, routes_added, routes_changed, routes_removed, callers, "
            + "silo) from endpoint_sync.versions order by version");
        var counted = await database.ListAsync(
            """
            select concat_ws(' ', version, count(*) filter (where operation = 'added'),
              count(*) filter (where operation = 'changed'), count(*) filter (where operation = 'removed'))
            from endpoint_sync.changes group by version order by version
            """);

        Assert.Equal(
            _receipts.Select(
                receipt => $"{receipt.Version} {receipt.EndpointsSynced} {receipt.RoutesAdded} "
                    + $"{receipt.RoutesChanged} {receipt.RoutesRemoved} 1 test-silo"),
            rows);
        Assert.Equal(
            _receipts.Select(
                receipt => $"{receipt.Version} {receipt.RoutesAdded} {receipt.RoutesChanged} {receipt.RoutesRemoved}"),
            counted);
    }

    [Fact]
    public async Task The_content_hash_of_every_version_is_the_hash_of_its_routes()
    {
        for (var version = 1; version <= Edits.Length; version++)
        {
            Assert.Equal(
                await ComputedAsync(version),
                await database.ScalarAsync<string>(
                    $"select encode(content_hash, 'hex') from endpoint_sync.versions where version = {version}"));
        }

        Assert.Equal(
            await ComputedAsync(Edits.Length),
            await database.ScalarAsync<string>("select encode(content_hash, 'hex') from endpoint_sync.state"));
    }

    [Fact]
    public async Task No_two_versions_share_a_transaction() =>
        Assert.Equal(
            Edits.Length,
            await database.ScalarAsync<long>("select count(distinct transaction_id) from endpoint_sync.versions"));

    private Task<List<string?>> ChangesAsync(int version, string side) => database.ListAsync(
        $"""
         select to_jsonb(array[key, route_{side}, opts_{side}, routing_{side}, route_group_{side}])::text
         from endpoint_sync.changes
         where version = {version} and operation <> '{(side == "before" ? "added" : "removed")}' order by 1
         """);

    // Computed by the server's own hash function, independent of the code that maintains the hash.
    private async Task<string> ComputedAsync(int version)
    {
        var canonical = string.Join(
            " || ", Fields.Select(field => $"coalesce(octet_length({field}) || ':' || {field}, '-')"));
        var hashes = await database.ListAsync(
            $"select encode(sha256(convert_to({canonical}, 'UTF8')), 'hex') from endpoint_sync.routes where "
            + $"from_version <= {version} and (to_version is null or to_version > {version})");
        return hashes.Aggregate(new string('0', 64), Combine);
    }

    private static string Combine(string left, string? right) =>
        string.Concat(left.Zip(right!, (a, b) => (Digit(a) ^ Digit(b)).ToString("x", CultureInfo.InvariantCulture)));

    private static int Digit(char letter) => int.Parse([letter], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
