using EndpointSync.Core;
using EndpointSync.Grains.Postgres;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace EndpointSync.Grains.Hosting;

/// <summary>
/// Warns of each database that is reached over a network without a check that it is the right server.
/// </summary>
internal sealed partial class DatabaseTrust(IOptions<RegistriesOptions> options, ILogger<DatabaseTrust> logger)
    : IHostedService
{
    private const string Cluster = "EndpointSync:Cluster";

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var settings = options.Value;
        Check(Cluster, settings.ClusterConnectionString, settings.UnverifiedDatabaseReason);
        foreach (var (name, registry) in settings.Registries)
        {
            Check($"EndpointSync:Registries:{name}", registry.ConnectionString, registry.UnverifiedDatabaseReason);
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Check(string section, string? connectionString, string? reason)
    {
        if (connectionString is not null && string.IsNullOrWhiteSpace(reason)
            && DatabaseServers.Unverified(connectionString) is { Count: > 0 } servers)
        {
            LogUnverified(section, string.Join(", ", servers));
        }
    }

    [LoggerMessage(
        2004, LogLevel.Warning,
        "{Section}:ConnectionString reaches {Servers} over a network without SslMode=VerifyFull: whoever is on the way "
        + "can answer for the server, and read its password. Set SslMode=VerifyFull and Root Certificate in it, or "
        + "give the reason in {Section}:UnverifiedDatabaseReason")]
    private partial void LogUnverified(string section, LogText servers);
}
