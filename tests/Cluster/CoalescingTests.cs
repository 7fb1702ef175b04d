namespace EndpointSync.Tests.Cluster;

public sealed class CoalescingTests
{
    private const int Storm = 500;

    [Fact]
    public async Task A_storm_costs_the_running_sync_plus_one_and_nobody_joins_a_sync_that_began_before_its_request()
    {
        await using var cluster = await SyncCluster.StartAsync(silos: 3);
        await cluster.Database.AddEndpointAsync("orders", "/orders");
        await using var held = await HeldSync.CloseAsync(cluster.Database);
        var early = cluster.ReloadAsync();
        await held.ReachedAsync();
        await cluster.Database.AddEndpointAsync("later", "/later");

        var storm = Enumerable.Range(0, Storm).Select(_ => cluster.ReloadAsync()).ToList();
        await held.OpenAsync();

        Assert.Equal(new RouteVersion(1), (await early).Version);
        Assert.All(
            await Task.WhenAll(storm),
            receipt => Assert.Equal((new RouteVersion(2), true), (receipt.Version, receipt.InSync)));
        Assert.Equal(
            2, await cluster.Database.ScalarAsync<int>("select count(*)::integer from endpoint_sync.versions"));
        Assert.Empty(await cluster.Database.ErrorsAsync());
    }

    [Fact]
    public async Task Thousands_of_callers_in_one_silo_send_two_messages_and_share_one_receipt()
    {
        const int callers = 5000;
        await using var cluster = await SyncCluster.StartAsync();
        await cluster.Database.AddEndpointAsync("orders", "/orders");
        await using var held = await HeldSync.CloseAsync(cluster.Database);
        var gate = cluster.Gate(silo: 1);
        var early = gate.ReloadAsync(SyncCluster.Registry, new ReloadRequest(), CancellationToken.None);
        await held.ReachedAsync();

        var crowd = Enumerable.Range(0, callers)
            .Select(_ => gate.ReloadAsync(SyncCluster.Registry, new ReloadRequest(), CancellationToken.None))
            .ToList();
        await held.OpenAsync();
        var receipts = await Task.WhenAll(crowd);

        Assert.True((await early).InSync);
        Assert.InRange(receipts[0].Callers, callers, int.MaxValue);
        Assert.All(receipts, receipt => Assert.Same(receipts[0], receipt));
        // A reload that the silo's own poll asked for may join the crowd.
        Assert.InRange(Assert.Single(cluster.Calls.Crowds), callers, int.MaxValue);
    }

    [Fact]
    public async Task A_caller_that_gives_up_ends_its_own_wait_only()
    {
        await using var cluster = await SyncCluster.StartAsync();
        await cluster.Database.AddEndpointAsync("orders", "/orders");
        await using var held = await HeldSync.CloseAsync(cluster.Database);
        using var cancellation = new CancellationTokenSource();
        var running = cluster.ReloadAsync();
        await held.ReachedAsync();
        var leaving = cluster.ReloadAsync(cancellation.Token);
        var staying = cluster.ReloadAsync();

        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving);
        await held.OpenAsync();

        Assert.Equal(ReloadOutcome.Synced, (await running).Outcome);
        Assert.True((await staying).InSync);
    }

    [Fact]
    public async Task A_blocked_registry_does_not_delay_another()
    {
        await using var cluster = await SyncCluster.StartAsync();
        await cluster.Database.AddEndpointAsync("orders", "/orders");
        await cluster.OtherDatabase.AddEndpointAsync("invoices", "/invoices");
        await using var held = await HeldSync.CloseAsync(cluster.Database);
        var stuck = cluster.ReloadAsync();
        await held.ReachedAsync();

        var other = await cluster.Client.GetGrain<IEndpointSyncGrain>(
            SyncCluster.OtherRegistry).ReloadAsync(new ReloadRequest());

        Assert.Equal(ReloadOutcome.Synced, other.Outcome);
        Assert.False(stuck.IsCompleted);
        await held.OpenAsync();
        await stuck;
    }

    [Fact]
    public async Task An_unknown_registry_is_refused_with_the_configured_names()
    {
        await using var cluster = await SyncCluster.StartAsync(silos: 1);

        var refused = await Assert.ThrowsAsync<UnknownRegistryException>(
            () => cluster.Client.GetGrain<IEndpointSyncGrain>("opnspp").ReloadAsync(new ReloadRequest()));

        Assert.Contains("'opnspp'", refused.Message, StringComparison.Ordinal);
        Assert.Contains("openspp, other", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_gate_forgets_a_name_that_no_registry_has()
    {
        await using var cluster = await SyncCluster.StartAsync(silos: 1);
        var gate = cluster.Gate(silo: 0);

        await Assert.ThrowsAsync<UnknownRegistryException>(
            () => gate.ReloadAsync("opnspp", new ReloadRequest(), CancellationToken.None));
        await gate.ReloadAsync(SyncCluster.Registry, new ReloadRequest(), CancellationToken.None);

        Assert.Contains(SyncCluster.Registry, gate.Registries);
        Assert.DoesNotContain("opnspp", gate.Registries);
    }
}
