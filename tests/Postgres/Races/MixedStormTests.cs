using EndpointSync.Tests.Testing;
using EndpointSync.Tests.Testing.Schedules;
using EndpointSync.Tests.Testing.Upstream;
using Npgsql;

namespace EndpointSync.Tests.Postgres.Races;

public sealed class MixedStormTests : FreshDatabaseTests
{
    private const int Endpoints = 6;

    private const int Acts = 60;

    [Theory, InlineData(1), InlineData(2), InlineData(3), InlineData(4)]
    public async Task Beside_busy_Odoo_workers_and_forms_no_reload_fails_and_the_last_one_brings_everything_in_sync(
        int seed)
    {
        foreach (var number in Enumerable.Range(1, Endpoints))
        {
            await Database.AddEndpointAsync($"endpoint {number}", $"/{number}");
        }

        await using var one = Registry("silo-1");
        await using var two = Registry("silo-2");
        await using var reader = await UpstreamReader.StartAsync(Database);

        var others = Enumerable.Range(0, 4).Select(
            number => Task.Run(() => DisturbAsync(new Random((seed * 100) + number))));
        var silos = new[] { one, two }.Select(silo => Task.Run(() => ReloadAgainAndAgainAsync(silo)));
        var disturbances = Task.WhenAll(others);
        var receipts = await Task.WhenAll(silos).Within("the silos");
        await disturbances.Within("the others");
        var last = await one.ReloadAsync();

        Assert.DoesNotContain(receipts.SelectMany(each => each), receipt => receipt.Outcome == ReloadOutcome.Failed);
        Assert.True(last.InSync);
        Assert.Equal(ReloadOutcome.UpToDate, (await two.ReloadAsync()).Outcome);
        await History.AssertAddsUpAsync(Database);
        var routes = await Database.ListAsync("select split_part(route, '|', 1) from endpoint_route order by 1");
        Assert.Equal(string.Join(" ", routes), await reader.ServeAsync());
        await AssertRoutedAsync();
    }

    // Every active endpoint has one route, its own, unless a younger one has the path; nothing else is routed.
    private async Task AssertRoutedAsync() => Assert.Equal(
        await Database.ListAsync(
            "select distinct on (root_path) id || ' ' || root_path || '/' from fastapi_endpoint where active "
            + "order by root_path, id desc"),
        await Database.ListAsync(
            "select split_part(key, ':', 2) || ' ' || split_part(route, '|', 1) from endpoint_route order by "
            + "rtrim(split_part(route, '|', 1), '/')"));

    private static async Task<List<ReloadReceipt>> ReloadAgainAndAgainAsync(TestRegistry silo)
    {
        var receipts = new List<ReloadReceipt>();
        for (var number = 0; number < Acts; number++)
        {
            receipts.Add(await silo.ReloadAsync());
        }

        return receipts;
    }

    private async Task DisturbAsync(Random random)
    {
        await using var worker = await UpstreamWorker.StartAsync(Database);
        for (var act = 0; act < Acts; act++)
        {
            await ActAsync(worker, random);
        }
    }

    // A worker that is refused rolls back and continues, as Odoo does.
    private static async Task ActAsync(UpstreamWorker worker, Random random)
    {
        var id = random.Next(1, Endpoints + 3);
        try
        {
            await (random.Next(8) switch
            {
                0 => worker.ArchiveAsync(id),
                1 => worker.SaveAsync(id, "active = true"),
                2 => worker.UnlinkAsync(random.Next(Endpoints + 1, Endpoints + 20)),
                3 => worker.Session.ExecuteAsync(
                    $"insert into fastapi_endpoint (name, root_path, app, active) values ('new', "
                    + $"'/{random.Next(12)}', 'api', true)"),
                4 or 5 => worker.EditAsync(id, $"/{random.Next(12)}"),
                6 => worker.PressSyncAsync(id),
                _ => worker.SyncAsync(),
            });
        }
        catch (PostgresException)
        {
            await worker.Session.RollbackAsync();
        }
    }
}
