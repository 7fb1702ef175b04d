using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Cluster.Publishing;

public sealed class SubscribedGrainTests
{
    private const int FailedEvent = 1531;

    [Fact]
    public async Task A_grain_that_subscribes_on_activation_receives_the_newest_version_and_each_later_one()
    {
        await using var cluster = await SyncCluster.StartAsync();
        await MakeVersionAsync(cluster, 1);
        var listeners = await ListenersAsync(cluster, 20);

        await MakeVersionAsync(cluster, 2);
        var received = await Task.WhenAll(listeners.Select(listener => listener.ReceivedAsync(2))).Within(
            "version 2 at every grain");

        Assert.All(received, versions => Assert.Equal([1, 2], versions));
    }

    [Fact]
    public async Task Subscribers_receive_versions_after_the_coordinator_was_deactivated()
    {
        await using var cluster = await SyncCluster.StartAsync();
        var listeners = await ListenersAsync(cluster, 4);
        await MakeVersionAsync(cluster, 1);

        await cluster.DeactivateCoordinatorAsync();
        await MakeVersionAsync(cluster, 2);

        await Task.WhenAll(listeners.Select(listener => listener.ReceivedAsync(2))).Within("version 2 at every grain");
    }

    [Fact]
    public async Task A_grain_whose_silo_stopped_receives_versions_from_its_next_silo()
    {
        await using var cluster = await SyncCluster.StartAsync(silos: 3);
        await MakeVersionAsync(cluster, 1);
        var listener = (await ListenersAsync(cluster, 1))[0];
        await listener.ReceivedAsync(1).Within("version 1");

        await cluster.StopAsync(cluster.SiloOf(listener));
        await listener.StartAsync();
        await MakeVersionAsync(cluster, 2);

        Assert.Equal(2, (await listener.ReceivedAsync(2).Within("version 2 at the grain's next activation"))[^1]);
    }

    [Fact]
    public async Task A_new_version_does_not_reactivate_a_deactivated_grain()
    {
        await using var cluster = await SyncCluster.StartAsync();
        var listeners = await ListenersAsync(cluster, 2);
        await MakeVersionAsync(cluster, 1);
        await Task.WhenAll(listeners.Select(listener => listener.ReceivedAsync(1))).Within("version 1");

        await cluster.DeactivateAsync(listeners[0]);
        await MakeVersionAsync(cluster, 2);
        await listeners[1].ReceivedAsync(2).Within("version 2");

        Assert.False(cluster.IsActive(listeners[0]));
    }

    [Fact]
    public async Task A_grain_is_subscribed_and_unsubscribed_by_reference()
    {
        await using var cluster = await SyncCluster.StartAsync();
        await MakeVersionAsync(cluster, 1);
        await cluster.UntilServedAsync(1).Within("version 1 in every silo");
        var listener = cluster.Client.GetGrain<IListenerGrain>(7);
        var witness = cluster.Client.GetGrain<IListenerGrain>(9);

        Assert.Equal(new RouteVersion(1), await cluster.Coordinator.SubscribeAsync(listener));
        await cluster.Coordinator.SubscribeAsync(witness);
        await listener.ReceivedAsync(1).Within("version 1");
        await cluster.Coordinator.UnsubscribeAsync(listener);
        await MakeVersionAsync(cluster, 2);
        await witness.ReceivedAsync(2).Within("version 2");

        Assert.Equal([1], await listener.SoFarAsync());
    }

    [Fact]
    public async Task Subscribing_twice_is_the_same_as_once()
    {
        await using var cluster = await SyncCluster.StartAsync();
        await MakeVersionAsync(cluster, 1);
        var listener = (await ListenersAsync(cluster, 1))[0];
        await cluster.Coordinator.SubscribeAsync(listener);

        await MakeVersionAsync(cluster, 2);

        Assert.Equal([1, 2], await listener.ReceivedAsync(2).Within("version 2"));
    }

    [Fact]
    public async Task A_slow_grain_receives_only_the_newest_version_and_delays_no_other()
    {
        await using var cluster = await SyncCluster.StartAsync();
        var listeners = await ListenersAsync(cluster, 2);
        await listeners[0].HoldAsync();
        await MakeVersionAsync(cluster, 1);
        await listeners[0].HeldAsync().Within("the blocked delivery to the slow grain");

        for (var version = 2; version <= 4; version++)
        {
            await MakeVersionAsync(cluster, version);
            await listeners[1].ReceivedAsync(version).Within($"version {version} at the other grain");
        }

        await cluster.UntilServedAsync(4);
        await listeners[0].ReleaseAsync();

        Assert.Equal([1, 4], await listeners[0].ReceivedAsync(4).Within("version 4"));
    }

    [Fact]
    public async Task A_failed_delivery_to_a_grain_is_logged_and_repeated()
    {
        await using var cluster = await SyncCluster.StartAsync();
        var listener = (await ListenersAsync(cluster, 1))[0];
        await listener.FailOnceAsync();

        await MakeVersionAsync(cluster, 1);

        Assert.Equal([1], await listener.ReceivedAsync(1).Within("version 1 the second time"));
        Assert.Contains(
            "This one fails", (await cluster.Log.FirstAsync(FailedEvent)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_grain_can_subscribe_itself_through_the_coordinator_during_a_call()
    {
        await using var cluster = await SyncCluster.StartAsync(silos: 1);
        var listener = cluster.Client.GetGrain<IListenerGrain>(3);

        await listener.SubscribeByCoordinatorAsync().Within("the subscription");
        await MakeVersionAsync(cluster, 1);

        await listener.ReceivedAsync(1).Within("version 1");
    }

    [Fact]
    public async Task A_stateless_worker_is_refused_because_its_activations_cannot_be_addressed()
    {
        await using var cluster = await SyncCluster.StartAsync(silos: 1);

        var refused = await Assert.ThrowsAsync<InvalidOperationException>(
            () => cluster.Coordinator.SubscribeAsync(cluster.Client.GetGrain<IStatelessListenerGrain>(1)));

        Assert.Contains("stateless worker", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_registry_is_named()
    {
        await using var cluster = await SyncCluster.StartAsync();

        var refused = await Assert.ThrowsAsync<UnknownRegistryException>(
            () => cluster.Client.GetGrain<IListenerGrain>(1).SubscribeAsync("nowhere"));

        Assert.Contains("nowhere", refused.Message, StringComparison.Ordinal);
    }

    private static async Task<List<IListenerGrain>> ListenersAsync(SyncCluster cluster, int count)
    {
        var listeners = Enumerable.Range(0, count)
            .Select(number => cluster.Client.GetGrain<IListenerGrain>(number * 2))
            .ToList();
        await Task.WhenAll(listeners.Select(listener => listener.StartAsync()));
        return listeners;
    }

    private static async Task MakeVersionAsync(SyncCluster cluster, long version)
    {
        await cluster.Database.AddEndpointAsync($"orders {version}", $"/orders/{version}");
        Assert.Equal(version, (await cluster.ReloadAsync()).Version.Value);
    }
}
