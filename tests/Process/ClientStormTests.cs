using EndpointSync.Client;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Process;

public sealed class ClientStormTests(ITestOutputHelper output)
{
    private const int Callers = 1000;
    private const int Hosts = 4;
    private const int Endpoints = 100;

    [Fact]
    public async Task A_thousand_concurrent_reloads_over_three_silos_cost_at_most_three_writing_transactions()
    {
        await using var cluster = await ClientCluster.StartAsync(silos: 3);
        var hosts = await Task.WhenAll(
            Enumerable.Range(0, Hosts).Select(_ => ClientHost.StartedAsync(cluster.Membership.ConnectionString)));
        await PlaceCoordinatorAsync(cluster, hosts[0]);
        await DeclareAsync(cluster.Database);
        var before = await TransactionIdAsync(cluster.Database);
        var clock = TimeProvider.System.GetTimestamp();

        var receipts = await Task.WhenAll(
            Enumerable.Range(0, Callers).Select(caller => hosts[caller % Hosts].ReloadAsync()))
            .Within("a receipt for every caller");

        var took = TimeProvider.System.GetElapsedTime(clock);
        await Task.WhenAll(hosts.Select(host => host.DisposeAsync().AsTask()));
        await cluster.Silos.DisposeAsync();
        var writing = await cluster.Database.ScalarAsync<long>(WritingTransactions(before));
        var versions = await cluster.Database.ScalarAsync<long>("select count(*) from endpoint_sync.versions");
        var transactions = await TransactionsAsync(cluster);
        output.WriteLine(
            $"{Callers} reloads through {Hosts} clients and 3 silos in {took.TotalMilliseconds:0} ms: "
            + $"{receipts.DistinctBy(SyncOf).Count()} syncs, {writing} writing transactions; {transactions} "
            + "transactions of any kind in the database's whole life");

        Assert.All(receipts, receipt => Assert.Equal((new RouteVersion(1), true), (receipt.Version, receipt.InSync)));
        Assert.Single(receipts.DistinctBy(SyncOf), receipt => receipt.Outcome == ReloadOutcome.Synced);
        Assert.Equal(1, versions);
        Assert.Equal(
            Endpoints, await cluster.Database.ScalarAsync<int>("select endpoints_synced from endpoint_sync.versions"));
        Assert.InRange(writing, 1, 3);
        Assert.Empty(await cluster.Database.ErrorsAsync());
    }

    // A cluster that is still forming may move the coordinator during the sync. The request is then repeated and finds
    // everything in sync, so nobody would get the receipt of the sync that did it.
    private static async Task PlaceCoordinatorAsync(ClientCluster cluster, ClientHost host)
    {
        await cluster.Membership.UntilAsync(
            "select count(*) = 3 from orleans.OrleansMembershipTable where Status = 3", "three active silos");
        var wait = new ReloadOptions { WaitFor = WaitFor.Silos, ConvergenceTimeout = TimeSpan.FromSeconds(30) };
        var receipt = await host.ReloadAsync(options: wait);
        Assert.Equal((true, 3), (receipt.Convergence!.Reached, receipt.Convergence.Silos));
        Assert.Equal(new RouteVersion(0), receipt.Version);
    }

    private static (DateTimeOffset Started, string Silo) SyncOf(ReloadReceipt receipt) =>
        (receipt.Timings.StartedAt, receipt.Silo);

    private static Task DeclareAsync(TestDatabase database) => database.ExecuteAsync(
        $"""
         insert into fastapi_endpoint
           (name, root_path, app, active, registry_sync, save_http_session, create_date, write_date)
         select 'endpoint ' || n, '/api/' || n, 'api', true, false, false,
           now() at time zone 'utc', now() at time zone 'utc'
         from generate_series(1, {Endpoints}) as n
         """);

    private static async Task<long> TransactionIdAsync(TestDatabase database) =>
        long.Parse(
            await database.ScalarAsync<string>("select pg_current_xact_id()::text"),
            System.Globalization.CultureInfo.InvariantCulture);

    // Every row that a sync writes keeps the id of the transaction that wrote it last. The distinct ids are the
    // transactions that wrote; a savepoint counts as one of its own.
    private static string WritingTransactions(long after) =>
        $"""
         select count(distinct id) from (
           select xmin::text::bigint from fastapi_endpoint
           union all select xmin::text::bigint from endpoint_route
           union all select xmin::text::bigint from endpoint_sync.state
           union all select xmin::text::bigint from endpoint_sync.versions
           union all select xmin::text::bigint from endpoint_sync.routes
           union all select xmin::text::bigint from endpoint_sync.pending_syncs
           union all select xmin::text::bigint from endpoint_sync.quarantine) as written (id)
         where id > {after}
         """;

    // A session's counts are complete when it has ended and Postgres no longer lists it. A session that still runs may
    // hold some back.
    private static async Task<long> TransactionsAsync(ClientCluster cluster)
    {
        cluster.Database.Source.Clear();
        await cluster.Membership.UntilAsync(
            $"select not exists (select from pg_stat_activity where datname = '{cluster.Database.Name}')",
            "the end of every session of the registry's database");
        return await cluster.Membership.ScalarAsync<long>(
            $"select xact_commit from pg_stat_database where datname = '{cluster.Database.Name}'");
    }
}
