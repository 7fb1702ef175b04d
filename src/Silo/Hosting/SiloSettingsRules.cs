using System.Net;
using EndpointSync.Grains.Configuration;
using EndpointSync.Grains.Hosting;
using EndpointSync.Grains.Postgres;
using EndpointSync.Silo.Access;

namespace EndpointSync.Silo.Hosting;

/// <summary>The rules for a silo's settings. Each error names the key, its value and the remedy.</summary>
internal static class SiloSettingsRules
{
    public static IEnumerable<string> Check(SiloSettings settings) => Cluster(settings.Cluster)
        .Concat(HttpSettingsRules.Check(settings.Http))
        .Concat(TrustedProxies.Check(settings.Http))
        .Concat(RegistriesOptionsValidator.Check(new RegistriesOptions
        {
            ClusterConnectionString = settings.Cluster.ConnectionString,
            Registries = settings.Registries,
        }))
        .Concat(SyncOptionsValidator.Check(settings.Sync))
        .Concat(PublishingOptionsValidator.Check(settings.Publishing))
        .Concat(AuditOptionsValidator.Check(settings.Audit))
        .Concat(HistoryOptionsValidator.Check(settings.History));

    private static IEnumerable<string> Cluster(ClusterSettings cluster)
    {
        if (string.IsNullOrWhiteSpace(cluster.ConnectionString))
        {
            yield return "EndpointSync:Cluster:ConnectionString is empty: set it, or "
                + $"ConnectionStrings:{NamedConnectionStrings.Cluster}, to the PostgreSQL database that all silos "
                + "share. For a trial, ./run in the repository starts a private one.";
        }
        else if (ConnectionStringRules.ComplaintAbout(cluster.ConnectionString) is { } complaint)
        {
            yield return $"EndpointSync:Cluster:ConnectionString {complaint}";
        }

        foreach (var complaint in ClusterPortRules.Check(cluster))
        {
            yield return complaint;
        }

        foreach (var (key, port) in new[] { ("SiloPort", cluster.SiloPort), ("GatewayPort", cluster.GatewayPort) })
        {
            if (port is < 1 or > IPEndPoint.MaxPort)
            {
                yield return $"EndpointSync:Cluster:{key} ({port}) must be a TCP port, 1 to {IPEndPoint.MaxPort}.";
            }
        }

        if (cluster.MaxClockSkew <= TimeSpan.Zero)
        {
            yield return $"EndpointSync:Cluster:MaxClockSkew ({cluster.MaxClockSkew}) must be more than zero.";
        }

        if (cluster.SiloPort == cluster.GatewayPort)
        {
            yield return $"EndpointSync:Cluster:SiloPort and GatewayPort are both {cluster.SiloPort}: "
                + "each needs a port of its own.";
        }

        foreach (var (key, value) in new[]
        {
            ("ClusterId", cluster.ClusterId), ("ServiceId", cluster.ServiceId), ("SiloName", cluster.Name),
        })
        {
            if (value is not { Length: > 0 and <= 150 })
            {
                yield return $"EndpointSync:Cluster:{key} ('{value}') must have 1 to 150 characters.";
            }
        }
    }
}
