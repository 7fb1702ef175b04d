using EndpointSync.Tests.Postgres.Races;
using EndpointSync.Tests.Testing.Upstream;
using Npgsql;

namespace EndpointSync.Tests.Postgres.Upstream;

public sealed class BaselineTests : FreshDatabaseTests
{
    [Theory, InlineData(2), InlineData(8), InlineData(32)]
    public async Task N_sessions_under_REPEATABLE_READ_without_the_lock_give_N_minus_1_serialization_errors(
        int sessions)
    {
        var ids = new[]
        {
            await Database.AddEndpointAsync("OpenSPP API V2", "/api/v2/spp"),
            await Database.AddEndpointAsync("OpenSPP DCI API", "/dci_api/v1"),
        };
        var workers = await Task.WhenAll(
            Enumerable.Range(0, sessions).Select(_ => UpstreamWorker.StartAsync(Database)));
        foreach (var worker in workers)
        {
            await worker.BeginAsync();
            Assert.Equal(ids, await worker.FindUnsyncedAsync());
        }

        var ends = await Task.WhenAll(workers.Select(worker => FlagAndCommitAsync(worker, ids)));

        Assert.Equal(sessions - 1, ends.Count(end => end == PostgresErrorCodes.SerializationFailure));
        Assert.Single(ends, end => end is null);
        var errors = await Database.ErrorsAsync();
        Assert.Equal(
            sessions - 1,
            errors.Count(
                line => line.Contains(
                    "could not serialize access due to concurrent update", StringComparison.Ordinal)));
        foreach (var worker in workers)
        {
            await worker.DisposeAsync();
        }
    }

    [Theory, InlineData(2), InlineData(8), InlineData(32)]
    public async Task The_same_storm_through_silos_gives_no_error_and_one_version(int reloads)
    {
        await Database.AddEndpointAsync("OpenSPP API V2", "/api/v2/spp");
        await Database.AddEndpointAsync("OpenSPP DCI API", "/dci_api/v1");
        var silos = Enumerable.Range(1, 4).Select(number => Registry($"silo-{number}")).ToArray();

        var receipts = await Task.WhenAll(
            Enumerable.Range(0, reloads).Select(number => Task.Run(silos[number % silos.Length].ReloadAsync)));
        var after = await silos[0].ReloadAsync();

        Assert.DoesNotContain(receipts, receipt => receipt.Outcome == ReloadOutcome.Failed);
        Assert.All(receipts, receipt => Assert.Equal(1, receipt.Timings.Attempts));
        Assert.Single(receipts, receipt => receipt.Outcome == ReloadOutcome.Synced);
        Assert.Equal((ReloadOutcome.UpToDate, new RouteVersion(1), true), (after.Outcome, after.Version, after.InSync));
        Assert.Equal(
            "1 /api/v2/spp synced -> /api/v2/spp/; 2 /dci_api/v1 synced -> /dci_api/v1/", await EndpointsAsync());
        Assert.Empty(await Database.ErrorsAsync());
        foreach (var silo in silos)
        {
            await silo.DisposeAsync();
        }
    }

    private static async Task<string?> FlagAndCommitAsync(UpstreamWorker worker, int[] ids)
    {
        try
        {
            await worker.FlagAsync(ids);
            await worker.CommitAsync();
            return null;
        }
        catch (PostgresException refused)
        {
            return refused.SqlState;
        }
    }
}
