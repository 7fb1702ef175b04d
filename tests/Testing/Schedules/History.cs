using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using EndpointSync.Grains.Postgres;

namespace EndpointSync.Tests.Testing.Schedules;

/// <summary>Checks that the recorded history of a registry adds up to its routes.</summary>
internal static class History
{
    private const string RouteColumns = "key, route, opts, routing, route_group";

    // Every change in the order of its version: added and changed put a route in, removed takes it out.
    private const string ReplayedSql =
        """
        select newest.row from (
          select distinct on (key) operation,
            row(key, route_after, opts_after, routing_after, route_group_after)::text as row
          from endpoint_sync.changes order by key, version desc) as newest
        where operation <> 'removed' order by 1
        """;

    /// <summary>
    /// Demands that the changes, replayed from the start, give the rows of <c>endpoint_route</c>, and that the newest
    /// hash matches them.
    /// </summary>
    public static async Task AssertAddsUpAsync(TestDatabase database)
    {
        var rows = await database.ListAsync($"select row({RouteColumns})::text from endpoint_route order by 1");
        Assert.Equal(rows, await database.ListAsync(ReplayedSql));
        Assert.Equal(
            rows,
            await database.ListAsync(
                $"select row({RouteColumns})::text from endpoint_sync.routes where to_version is null order by 1"));

        var hash = await HashAsync(database);
        Assert.Equal(
            hash, await database.ScalarAsync<string>("select encode(content_hash, 'hex') from endpoint_sync.state"));
        Assert.Equal(
            hash, await database.ScalarAsync<string>(
                "select encode(content_hash, 'hex') from endpoint_sync.versions order by version desc limit 1"));
    }

    private static async Task<string> HashAsync(TestDatabase database)
    {
        await using var connection = await database.Source.OpenConnectionAsync();
        var routes = await connection.ListAsync(
            $"select {RouteColumns}, app from endpoint_route left join fastapi_endpoint as endpoint on key = "
            + "'fastapi.endpoint:' || endpoint.id || ':/|/<path:application_path>'",
            row => Enumerable.Range(0, row.FieldCount)
                .Select(column => row.IsDBNull(column) ? null : row.GetString(column))
                .ToArray(), CancellationToken.None);
        var sum = new byte[32];
        foreach (
            var hash in routes.Select(
                route => SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(route.Select(Field))))))
        {
            sum = [.. sum.Zip(hash, (left, right) => (byte)(left ^ right))];
        }

        return Convert.ToHexStringLower(sum);
    }

    private static string Field(string? text) =>
        text is null ? "-" : string.Create(CultureInfo.InvariantCulture, $"{Encoding.UTF8.GetByteCount(text)}:{text}");
}
