using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EndpointSync.Client.Workers.Connection;

/// <summary>
/// Makes Orleans clients with services of their own; from the application they take only the log and the cluster
/// settings.
/// </summary>
internal sealed class ClusterClientFactory(
    IOptions<EndpointSyncClientOptions> settings, ILoggerFactory loggers, EndlessConnectRetries retries)
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
