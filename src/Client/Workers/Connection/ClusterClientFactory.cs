using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EndpointSync.Client.Workers.Connection;

/// <summary>Makes Orleans clients that have services of their own, and of the application's only its log and its settings of the cluster.</summary>
internal sealed class ClusterClientFactory(IOptions<EndpointSyncClientOptions> settings, ILoggerFactory loggers, EndlessConnectRetries retries)
{
    public ClusterClientHost Create(IClusterConnectionStatusObserver observer)
    {
        var services = new ServiceCollection();
        services.AddSingleton(loggers);
        services.AddSingleton(settings);
        services.AddOrleansClient(client =>
        {
            ClusterSettings.Connect(client);
            client.UseConnectionRetryFilter(retries);
            client.Services.AddSingleton(observer);
        });
        return new ClusterClientHost(services.BuildServiceProvider());
    }
}
