using EndpointSync.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Tests.Testing;

/// <summary>An application with a client of the cluster in it, as its users would build it.</summary>
internal sealed class ClientHost : IAsyncDisposable
{
    public ClientHost(
        string? connectionString, Dictionary<string, string?>? settings = null,
        Action<IServiceCollection>? configure = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["EndpointSync:Cluster:ConnectionString"] = connectionString,
            ["EndpointSync:Cluster:ClusterId"] = "local",
        });
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Logging.AddProvider(Log);
        configure?.Invoke(builder.Services);
        builder.AddEndpointSyncClient();
        Application = builder.Build();
    }

    public IHost Application { get; }

    public LogCapture Log { get; } = new();

    public IEndpointSyncClient Client => Application.Services.GetRequiredService<IEndpointSyncClient>();

    public static async Task<ClientHost> StartedAsync(
        string connectionString, Action<IServiceCollection>? configure = null)
    {
        var host = new ClientHost(connectionString, configure: configure);
        await host.StartAsync();
        return host;
    }

    public Task StartAsync() => Application.StartAsync(TestContext.Current.CancellationToken);

    public Task<ReloadReceipt> ReloadAsync(string registry = Fleet.Registry, ReloadOptions? options = null) =>
        Client.ReloadAsync(registry, options, TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (Application.Services.GetRequiredService<IHostApplicationLifetime>()
            .ApplicationStarted.IsCancellationRequested)
        {
            await Application.StopAsync();
        }

        Application.Dispose();
        Log.Dispose();
    }
}
