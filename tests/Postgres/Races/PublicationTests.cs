using System.Globalization;
using EndpointSync.Tests.Postgres.Upstream;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Postgres.Races;

/// <summary>
/// Thousands of publications beside Odoo workers that never rest. <c>ENDPOINTSYNC_PUBLICATIONS</c> sets how many.
/// </summary>
public sealed class PublicationTests(ITestOutputHelper output) : FreshDatabaseTests
{
    private const int Readers = 8;

    private static readonly int Publications =
        int.TryParse(
            Environment.GetEnvironmentVariable("ENDPOINTSYNC_PUBLICATIONS"), CultureInfo.InvariantCulture,
            out var wanted)
            ? wanted
            : 300;

    // In turn, from the first route ever to none at all and up again. Each write makes a version of its own.
    private static readonly string[] Writes = ["insert", "insert", "edit", "delete", "delete"];

    private const string RoutesSql =
        "select coalesce(string_agg(split_part(route, '|', 1), ' ' order by split_part(route, '|', 1)), '') "
        + "from endpoint_route";

    [Fact]
    public async Task No_Odoo_worker_keeps_old_routes_whatever_is_published_and_however_busy_it_is()
    {
        await Database.ExecuteAsync(
            "create table orm_signaling_routing (id serial primary key, date timestamp default now())");
        await using var registry = Registry();
        var readers = await Task.WhenAll(
            Enumerable.Range(0, Readers).Select(number => SteadyReader.StartAsync(Database, signals: number % 2 == 0)));
        var (staleAtFirst, stale) = (0, 0);

        for (var number = 0; number < Publications; number++)
        {
            await WriteAsync(Writes[number % Writes.Length], number);
            await registry.ReloadAsync();
            staleAtFirst += await CountStaleAsync(readers);
            await BumpAgainAsync(registry);
            stale += await CountStaleAsync(readers);
        }

        output.WriteLine(
            $"{Publications} publications (2 inserts, 1 edit, 2 deletes by turns), {Readers} workers, "
            + $"{readers.Sum(reader => reader.Served)} requests: "
            + $"{staleAtFirst} workers with old routes after the first bump, {stale} after the second");
        Assert.Equal(0, stale);
        Assert.Equal(Publications, await Database.ScalarAsync<long>("select version from endpoint_sync.state"));
        foreach (var reader in readers)
        {
            await reader.DisposeAsync();
        }
    }

    private Task WriteAsync(string write, int number) => write switch
    {
        "insert" => Database.AddEndpointAsync($"endpoint {number}", $"/p{number}"),
        "edit" => Database.ExecuteAsync(
            $"update fastapi_endpoint set root_path = '/e{number}', registry_sync = false where id = (select max(id) "
            + "from fastapi_endpoint)"),
        _ => Database.ExecuteAsync("delete from fastapi_endpoint where id = (select min(id) from fastapi_endpoint)"),
    };

    // Moves the first bump back in time, so that the delay of a second is over. The wait for older snapshots stays.
    private async Task BumpAgainAsync(TestRegistry registry)
    {
        await Database.ExecuteAsync("update endpoint_sync.state set bumped_at = bumped_at - interval '2 seconds'");
        using var deadline = new CancellationTokenSource(Deadline.MaxWait);
        var isBumpedAgain = await Database.ScalarAsync<bool>("select bumped_again from endpoint_sync.state");
        while (!isBumpedAgain)
        {
            await registry.Sequence.BumpAgainAsync(deadline.Token);
            isBumpedAgain = await Database.ScalarAsync<bool>("select bumped_again from endpoint_sync.state");
        }
    }

    private async Task<int> CountStaleAsync(SteadyReader[] readers)
    {
        var routes = await Database.ScalarAsync<string>(RoutesSql);
        var served = await Task.WhenAll(readers.Select(reader => reader.NextAsync())).Within(
            "a request of each worker");
        return served.Count(map => map != routes);
    }
}
