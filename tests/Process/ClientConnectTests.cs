using System.Net.Sockets;
using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Processes;
using Microsoft.Extensions.Options;

namespace EndpointSync.Tests.Process;

public sealed class ClientConnectTests
{
    private const int WaitingForTheCluster = 3001;

    [Fact]
    public async Task A_client_waits_for_a_cluster_that_comes_late()
    {
        await using var membership = await TestDatabase.CreateEmptyAsync();
        await using var database = await TestDatabase.CreateAsync();
        await using var host = new ClientHost(membership.ConnectionString);
        var started = host.StartAsync();
        await host.Log.FirstAsync(WaitingForTheCluster).Within("the client to find no cluster");
        Assert.False(started.IsCompleted);

        await using var silo = await SiloProcess.StartAsync(
            ClientCluster.Options(membership, database), TestContext.Current.CancellationToken);
        await started.Within("the client to find the silo");

        Assert.Equal(ReloadOutcome.UpToDate, (await host.ReloadAsync()).Outcome);
    }

    [Fact]
    public async Task A_client_gives_up_after_its_connect_timeout_and_names_the_cluster()
    {
        await using var membership = await TestDatabase.CreateEmptyAsync();
        await using var host = new ClientHost(membership.ConnectionString, Settings("ConnectTimeout", "00:00:01"));

        var failure = await Assert.ThrowsAsync<TimeoutException>(() => host.StartAsync())
            .Within("the client to give up");

        Assert.Contains("cluster 'local'", failure.Message, StringComparison.Ordinal);
        Assert.Contains($"database '{membership.Name}' on 127.0.0.1:", failure.Message, StringComparison.Ordinal);
        Assert.Contains("EndpointSync:Cluster:ConnectTimeout (00:00:01)", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Password(membership), failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_login_fails_at_once_because_waiting_does_not_help()
    {
        await using var membership = await TestDatabase.CreateEmptyAsync();
        await using var host = new ClientHost(membership.ConnectionString + ";Password=guess");

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync())
            .Within("the client to give up");

        Assert.Contains("28P01", failure.Message, StringComparison.Ordinal);
        Assert.Contains("A retry does not help", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_start_that_is_cancelled_ends_at_once()
    {
        using var reserved = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        reserved.Bind(new System.Net.IPEndPoint(System.Net.IPAddress.Loopback, 0));
        await using var host = new ClientHost(
            $"Host=127.0.0.1;Port={((System.Net.IPEndPoint)reserved.LocalEndPoint!).Port};Username=u;Database=d");
        using var cancel = new CancellationTokenSource();
        var started = host.Application.StartAsync(cancel.Token);
        await host.Log.FirstAsync(WaitingForTheCluster).Within("the client to find no cluster");

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => started).Within("the start to end");
    }

    [Theory]
    [InlineData(
        "ConnectionString", "", "EndpointSync:Cluster:ConnectionString, Gateways and Silos are empty: set one of them")]
    [InlineData("ConnectionString", "Database=d", "EndpointSync:Cluster:ConnectionString names no Host")]
    [InlineData("ConnectionString", "nonsense", "EndpointSync:Cluster:ConnectionString names no Host")]
    [InlineData("ClusterId", "", "EndpointSync:Cluster:ClusterId ('') must have 1 to 150 characters")]
    [InlineData(
        "ConnectTimeout", "00:00:00",
        "EndpointSync:Cluster:ConnectTimeout (00:00:00) must lie between 00:00:01 and 01:00:00")]
    public async Task A_wrong_option_stops_the_start_and_names_its_key(string key, string value, string complaint)
    {
        await using var host = new ClientHost("Host=127.0.0.1;Username=u;Database=d", Settings(key, value));

        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Contains(complaint, refused.Message, StringComparison.Ordinal);
    }

    private static Dictionary<string, string?> Settings(string key, string value) =>
        new() { [$"EndpointSync:Cluster:{key}"] = value };

    private static string Password(TestDatabase database) =>
        new Npgsql.NpgsqlConnectionStringBuilder(database.ConnectionString).Password!;
}
