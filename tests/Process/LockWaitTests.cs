using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using EndpointSync.Client;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Process;

public sealed class LockWaitTests(ClientCluster cluster) : IClassFixture<ClientCluster>
{
    private static readonly JsonSerializerOptions Json = new(
        JsonSerializerDefaults.Web)
    { Converters = { new JsonStringEnumConverter() } };

    [Fact]
    public async Task A_reload_that_waits_for_a_free_lock_is_answered_at_once()
    {
        await AddEndpointAsync();

        var (status, receipt) = await PostAsync("lock=wait&timeout=60s");

        Assert.Equal((HttpStatusCode.OK, ReloadOutcome.Synced), (status, receipt.Outcome));
    }

    [Fact]
    public async Task A_reload_that_waits_for_the_lock_is_in_sync_and_served_after_the_release()
    {
        await using var held = await ForeignLock.TakeAsync(cluster.Database);
        await AddEndpointAsync();

        var waiting = PostAsync("lock=wait&wait=silos&timeout=60s");
        await held.FoundBusyAsync();
        Assert.False(waiting.IsCompleted);
        await held.ReleaseAsync();
        var (status, receipt) = await waiting.Within("the answer");

        Assert.Equal((HttpStatusCode.OK, true, true), (status, receipt.InSync, receipt.Convergence!.Reached));
        Assert.Null(receipt.LockHolder);
    }

    [Fact]
    public async Task A_reload_that_does_not_get_the_lock_in_time_is_202_and_names_the_lock_holder()
    {
        await using var held = await ForeignLock.TakeAsync(cluster.Database);
        await AddEndpointAsync();

        var (status, receipt) = await PostAsync("lock=wait&wait=workers&timeout=300ms");

        Assert.Equal((HttpStatusCode.Accepted, ReloadOutcome.Skipped), (status, receipt.Outcome));
        Assert.Equal((held.ProcessId, "psql", "idle", ForeignLock.Query), Shown(receipt.LockHolder!));
        Assert.True(receipt.LockHolder!.SinceFirstSeen);
        Assert.Null(receipt.Convergence);
    }

    [Fact]
    public async Task A_lock_parameter_other_than_wait_or_skip_is_refused_with_its_value()
    {
        using var http = new HttpClient { BaseAddress = cluster.Silos.Silos[0].Address };

        using var response = await http.PostAsync(
            new Uri($"api/v1/registries/{ClientCluster.Registry}/reload?lock=queue", UriKind.Relative), content: null,
            TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        using var problem = JsonDocument.Parse(
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(
            "'queue' is neither skip nor wait; nothing was reloaded",
            problem.RootElement.GetProperty("errors").GetProperty("lock")[0].GetString());
    }

    [Fact]
    public async Task Callers_of_a_client_that_wait_for_the_lock_share_the_sync_after_the_release()
    {
        const int callers = 50;
        await using var host = await ClientHost.StartedAsync(cluster.Membership.ConnectionString);
        await using var held = await ForeignLock.TakeAsync(cluster.Database);
        await AddEndpointAsync();
        var before = await VersionAsync();

        var options = new ReloadOptions { LockWait = TimeSpan.FromMinutes(1), Timeout = TimeSpan.FromMinutes(2) };
        var waiting = Enumerable.Range(0, callers).Select(_ => host.ReloadAsync(options: options)).ToList();
        await held.FoundBusyAsync();
        await held.ReleaseAsync();
        var receipts = await Task.WhenAll(waiting).Within("the receipts of all callers");

        Assert.All(receipts, receipt => Assert.Equal((true, before + 1), (receipt.InSync, receipt.Version.Value)));
    }

    [Theory]
    [InlineData(0, 30_000)]
    [InlineData(300, 30_000)]
    [InlineData(30_000, 5_000)]
    public async Task A_client_that_does_not_get_the_lock_in_time_gets_a_receipt_that_names_the_lock_holder(
        int lockWait, int timeout)
    {
        await using var host = await ClientHost.StartedAsync(cluster.Membership.ConnectionString);
        await using var held = await ForeignLock.TakeAsync(cluster.Database);
        await AddEndpointAsync();
        var options = new ReloadOptions
        {
            LockWait = TimeSpan.FromMilliseconds(lockWait),
            Timeout = TimeSpan.FromMilliseconds(timeout),
        };

        var receipt = await host.ReloadAsync(options: options).Within("the receipt");

        Assert.Equal((ReloadOutcome.Skipped, true), (receipt.Outcome, receipt.LockWasBusy));
        Assert.Equal((held.ProcessId, "psql", "idle", ForeignLock.Query), Shown(receipt.LockHolder!));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(61)]
    public async Task A_client_waits_for_a_lock_no_longer_than_a_minute(int seconds)
    {
        await using var host = new ClientHost(cluster.Membership.ConnectionString);

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => host.ReloadAsync(options: new ReloadOptions { LockWait = TimeSpan.FromSeconds(seconds) }));
    }

    private static (int, string, string?, string?) Shown(LockHolder holder) =>
        (holder.ProcessId, holder.Application, holder.State, holder.Query);

    private Task<int> AddEndpointAsync()
    {
        var name = $"e{Guid.NewGuid():N}";
        return cluster.Database.AddEndpointAsync(name, $"/{name}");
    }

    private Task<long> VersionAsync() =>
        cluster.Database.ScalarAsync<long>("select coalesce(max(version), 0) from endpoint_sync.state");

    private async Task<(HttpStatusCode Status, ReloadReceipt Receipt)> PostAsync(string query)
    {
        using var http = new HttpClient { BaseAddress = cluster.Silos.Silos[0].Address };
        using var response = await http.PostAsync(
            new Uri($"api/v1/registries/{ClientCluster.Registry}/reload?{query}", UriKind.Relative), content: null,
            TestContext.Current.CancellationToken);
        return (
            response.StatusCode,
            (await response.Content.ReadFromJsonAsync<ReloadReceipt>(Json, TestContext.Current.CancellationToken))!);
    }
}
