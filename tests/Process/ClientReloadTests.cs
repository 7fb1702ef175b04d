using EndpointSync.Client;
using EndpointSync.Tests.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace EndpointSync.Tests.Process;

public sealed class ClientReloadTests(ClientCluster cluster) : IClassFixture<ClientCluster>
{
    [Fact]
    public async Task The_cancellation_of_one_caller_does_not_affect_the_others()
    {
        await using var host = await HostAsync();
        await using var blocked = await ClientBlockedSync.BeginAsync(cluster.Database);
        using var cancel = new CancellationTokenSource();
        var leaving = host.Client.ReloadAsync(ClientCluster.Registry, cancellationToken: cancel.Token);
        var staying = host.ReloadAsync();
        var timingOut = host.ReloadAsync(options: new ReloadOptions { Timeout = TimeSpan.FromMilliseconds(100) });
        await cluster.Database.UntilBlockedAsync();

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaving).Within("the cancelled caller to leave");
        var timeout = await Assert.ThrowsAsync<TimeoutException>(() => timingOut).Within(
            "the caller with the short timeout to leave");
        Assert.Contains("unknown, and a retry is safe", timeout.Message, StringComparison.Ordinal);
        Assert.False(staying.IsCompleted);
        await blocked.ReleaseAsync();
        Assert.True((await staying.Within("the receipt of the caller that stayed")).InSync);
    }

    [Fact]
    public async Task An_unknown_registry_is_named_with_those_that_are_configured()
    {
        await using var host = await HostAsync();

        var unknown = await Assert.ThrowsAsync<UnknownRegistryException>(() => host.ReloadAsync("opensp"));

        Assert.Contains("Configured: openspp", unknown.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Open SPP")]
    [InlineData("openspp\n")]
    public async Task A_name_that_no_registry_can_have_is_refused_with_the_name(string name)
    {
        await using var host = new ClientHost(cluster.Membership.ConnectionString);

        var refused = await Assert.ThrowsAsync<ArgumentException>(() => host.ReloadAsync(name));

        Assert.StartsWith($"'{name}' is not a valid registry name", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_registry_is_reloaded_when_the_application_starts()
    {
        await using var host = await HostAsync(services => services.AddReloadOnStart(ClientCluster.Registry));

        var line = await host.Log.FirstAsync(3011).Within("the reload on start");

        Assert.StartsWith("Reload of openspp on start: ", line.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reload_on_start_that_fails_is_a_warning_and_the_application_continues()
    {
        await using var host = await HostAsync(
            services => services.AddReloadOnStart("opensp").AddReloadOnStart(ClientCluster.Registry));

        var line = await host.Log.FirstAsync(3013).Within("the warning");

        Assert.Contains("Registry 'opensp' is not configured", line.Message, StringComparison.Ordinal);
        await host.Log.FirstAsync(3011).Within("the reload of the other registry");
    }

    private Task<ClientHost> HostAsync(Action<IServiceCollection>? configure = null) =>
        ClientHost.StartedAsync(cluster.Membership.ConnectionString, configure);
}
