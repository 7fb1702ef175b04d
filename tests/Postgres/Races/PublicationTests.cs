using System.Globalization;
using EndpointSync.Tests.Postgres.Upstream;
using EndpointSync.Tests.Testing;
using EndpointSync.Tests.Testing.Upstream;

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
            : 110;

    // In turn, from the first route ever to none at all and up again. Each write makes a version of its own, by SQL and
    // not by Odoo, which would drop its own caches.
    private static readonly string[] Writes =
        ["insert", "insert", "edit", "swap", "app", "swap", "delete", "insert", "take over", "delete", "delete"];

    private const string AnswersSql =
        """
        select coalesce(string_agg(split_part(route, '|', 1) || ':' || app, ' ' order by split_part(route, '|', 1)), '')
        from endpoint_route join fastapi_endpoint as endpoint
          on key = 'fastapi.endpoint:' || endpoint.id || ':/|/<path:application_path>'
        """;

    // The workers of a real Odoo 18 read the signals about a second after they took the snapshot. Here that is shorter,
    // so that there can be more publications: the order is what matters.
    [Theory]
    [InlineData(OdooRelease.Odoo16)]
    [InlineData(OdooRelease.Odoo18)]
    [InlineData(OdooRelease.Odoo19)]
    public async Task No_Odoo_worker_keeps_old_routes_or_apps_whatever_is_published_and_however_busy_it_is(
        OdooRelease release)
    {
        await UpstreamSignals.CreateAsync(Database, release);
        await using var registry = Registry();
        var readers = await Task.WhenAll(
            Enumerable.Range(0, Readers).Select(
                number => SteadyReader.StartAsync(Database, release, TimeSpan.FromMilliseconds(number / 2 * 5))));
        var (wrongAtFirst, wrong) = (0, 0);

        for (var number = 0; number < Publications; number++)
        {
            await WriteAsync(Writes[number % Writes.Length], number);
            await registry.ReloadAsync();
            wrongAtFirst += await CountWrongAsync(readers);
            await BumpAgainAsync(registry);
            wrong += await CountWrongAsync(readers);
        }

        output.WriteLine(
            $"{release}: {Publications} publications ({string.Join(", ", Writes)} by turns), {Readers} workers, "
            + $"{readers.Sum(reader => reader.Served)} requests: {wrongAtFirst} workers with an old route, with no app "
            + $"or with the wrong app after the first bump, {wrong} after the second");
        Assert.Equal(0, wrong);
        Assert.Equal(Publications, await Database.ScalarAsync<long>("select version from endpoint_sync.state"));
        foreach (var reader in readers)
        {
            await reader.DisposeAsync();
        }
    }

    private Task WriteAsync(string write, int number) => write switch
    {
        "insert" => AddAsync(number),
        "edit" => Database.ExecuteAsync(
            $"update fastapi_endpoint set root_path = '/e{number}', registry_sync = false where id = (select max(id) "
            + "from fastapi_endpoint)"),
        "app" => Database.ExecuteAsync(
            $"update fastapi_endpoint set app = 'b{number}' where id = (select max(id) from fastapi_endpoint)"),
        "swap" => Database.ExecuteAsync(
            """
            update fastapi_endpoint as endpoint set root_path = other.root_path, registry_sync = false
            from fastapi_endpoint as other
            where endpoint.id <> other.id and endpoint.id + other.id = (
              select max(id) + min(id) from fastapi_endpoint) and endpoint.id in (
              select max(id) from fastapi_endpoint union select min(id) from fastapi_endpoint)
            """),
        "take over" => Database.ExecuteAsync(
            """
            update fastapi_endpoint set root_path = root_path || '/former', registry_sync = false
            where id = (select min(id) from fastapi_endpoint);
            update fastapi_endpoint set registry_sync = false, root_path = (
              select replace(root_path, '/former', '') from fastapi_endpoint order by id limit 1)
            where id = (select max(id) from fastapi_endpoint)
            """),
        _ => Database.ExecuteAsync("delete from fastapi_endpoint where id = (select min(id) from fastapi_endpoint)"),
    };

    private async Task AddAsync(int number)
    {
        var id = await Database.AddEndpointAsync($"endpoint {number}", $"/p{number % 5}");
        await Database.ExecuteAsync($"update fastapi_endpoint set app = 'a{number}' where id = {id}");
    }

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

    private async Task<int> CountWrongAsync(SteadyReader[] readers)
    {
        var answers = await Database.ScalarAsync<string>(AnswersSql);
        var served = await Task.WhenAll(readers.Select(reader => reader.NextAsync())).Within(
            "a request of each worker");
        return served.Count(answer => answer != answers);
    }
}
