using System.Net;
using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Publishing;
using EndpointSync.Grains.Registries;

namespace EndpointSync.Silo.Hosting;

/// <summary>What must hold among a silo's settings. Each complaint names the key, its value, and the cure.</summary>
internal static class SiloSettingsRules
{
    // Postgres cuts identifiers off after 63 bytes.
    private const int LongestIdentifier = 63;

    // A caller may wait for the sync that runs and for the one after it, and its call ends after a minute.
    private static readonly TimeSpan LongestDeadline = TimeSpan.FromSeconds(29);

    // A sync of many endpoints holds the lock for tens of milliseconds; what is not told of within an hour is never told of in time.
    private static readonly TimeSpan ShortestHoldWarning = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestHoldWarning = TimeSpan.FromHours(1);

    public static IEnumerable<string> Check(SiloSettings settings) =>
        Cluster(settings.Cluster).Concat(Registries(settings)).Concat(Sync(settings.Sync)).Concat(Publishing(settings.Publishing));

    private static IEnumerable<string> Cluster(ClusterSettings cluster)
    {
        if (string.IsNullOrWhiteSpace(cluster.ConnectionString))
        {
            yield return "EndpointSync:Cluster:ConnectionString is empty: set it to the PostgreSQL database that the silos meet in.";
        }
        else if (ConnectionStringRules.ComplaintAbout(cluster.ConnectionString) is { } complaint)
        {
            yield return $"EndpointSync:Cluster:ConnectionString {complaint}";
        }

        if (!IPAddress.TryParse(cluster.AdvertisedAddress, out var address) || IPAddress.Any.Equals(address) || IPAddress.IPv6Any.Equals(address))
        {
            yield return $"EndpointSync:Cluster:AdvertisedAddress ({cluster.AdvertisedAddress}) must be an IP address that the other silos reach this one at.";
        }
        else if (!IPAddress.IsLoopback(address) && !cluster.AllowPlaintextClusterTraffic)
        {
            yield return $"EndpointSync:Cluster:AdvertisedAddress ({address}) is not a loopback address, and Orleans' traffic is neither encrypted nor authenticated. " +
                         "Protect the network (a mesh, WireGuard, a private segment) and set EndpointSync:Cluster:AllowPlaintextClusterTraffic to true, or use 127.0.0.1.";
        }

        foreach (var (key, port) in new[] { ("SiloPort", cluster.SiloPort), ("GatewayPort", cluster.GatewayPort) })
        {
            if (port is < 1 or > IPEndPoint.MaxPort)
            {
                yield return $"EndpointSync:Cluster:{key} ({port}) must be a TCP port, 1 to {IPEndPoint.MaxPort}.";
            }
        }

        if (cluster.SiloPort == cluster.GatewayPort)
        {
            yield return $"EndpointSync:Cluster:SiloPort and GatewayPort are both {cluster.SiloPort}: each needs a port of its own.";
        }

        foreach (var (key, value) in new[] { ("ClusterId", cluster.ClusterId), ("ServiceId", cluster.ServiceId), ("SiloName", cluster.Name) })
        {
            if (value is not { Length: > 0 and <= 150 })
            {
                yield return $"EndpointSync:Cluster:{key} ('{value}') must have 1 to 150 characters.";
            }
        }
    }

    private static IEnumerable<string> Registries(SiloSettings settings)
    {
        if (settings.Registries.Count == 0)
        {
            yield return "EndpointSync:Registries is empty: name at least one registry, such as EndpointSync:Registries:openspp:ConnectionString.";
        }

        foreach (var (name, registry) in settings.Registries)
        {
            foreach (var complaint in Registry(name, registry))
            {
                yield return $"EndpointSync:Registries:{name}{complaint}";
            }
        }

        foreach (var twins in settings.Registries.GroupBy(entry => (entry.Value.ConnectionString ?? settings.Cluster.ConnectionString, entry.Value.Schema)).Where(group => group.Count() > 1))
        {
            yield return $"Registries {string.Join(" and ", twins.Select(entry => $"'{entry.Key}'"))} have the same ConnectionString and Schema: one set of tables is one registry.";
        }
    }

    private static IEnumerable<string> Registry(string name, RegistryOptions registry)
    {
        if (!RegistryName.IsValid(name))
        {
            yield return $" is no name for a registry: {RegistryName.Rule}.";
        }

        if (registry.ConnectionString is { } connectionString && ConnectionStringRules.ComplaintAbout(connectionString) is { } complaint)
        {
            yield return $":ConnectionString {complaint}";
        }

        if (registry.Schema is not { Length: > 0 and <= LongestIdentifier })
        {
            yield return $":Schema ('{registry.Schema}') must be the name of a schema, 1 to {LongestIdentifier} characters.";
        }

        if (string.IsNullOrWhiteSpace(registry.LockName))
        {
            yield return $":LockName is empty: leave it out for Odoo's '{RegistryOptions.DefaultLockName}', or name the lock that every writer takes.";
        }
    }

    private static IEnumerable<string> Sync(SyncOptions sync)
    {
        foreach (var (key, span) in new[]
                 {
                     ("Deadline", sync.Deadline), ("StatementTimeout", sync.StatementTimeout), ("LockTimeout", sync.LockTimeout),
                     ("IdleInTransactionTimeout", sync.IdleInTransactionTimeout), ("PollInterval", sync.PollInterval), ("RetryDelay", sync.RetryDelay),
                     ("MaxRetryDelay", sync.MaxRetryDelay), ("FullCheckInterval", sync.FullCheckInterval), ("ListenKeepAlive", sync.ListenKeepAlive),
                     ("CoordinatorPatience", sync.CoordinatorPatience),
                 })
        {
            if (span < TimeSpan.FromMilliseconds(1) || span > TimeSpan.FromDays(1))
            {
                yield return $"EndpointSync:Sync:{key} ({span}) must lie between 00:00:00.001 and 1.00:00:00.";
            }
        }

        if (sync.LockHoldWarning < ShortestHoldWarning || sync.LockHoldWarning > LongestHoldWarning)
        {
            yield return $"EndpointSync:Sync:LockHoldWarning ({sync.LockHoldWarning}) must lie between {ShortestHoldWarning} and {LongestHoldWarning}.";
        }

        if (sync.Deadline > LongestDeadline)
        {
            yield return $"EndpointSync:Sync:Deadline ({sync.Deadline}) must not exceed {LongestDeadline}: a caller may wait for two syncs, and its call ends after a minute.";
        }

        if (sync.StatementTimeout >= sync.Deadline)
        {
            yield return $"EndpointSync:Sync:StatementTimeout ({sync.StatementTimeout}) must be shorter than EndpointSync:Sync:Deadline ({sync.Deadline}), or the reason why a statement was slow is never told.";
        }

        if (sync.LockTimeout >= sync.StatementTimeout)
        {
            yield return $"EndpointSync:Sync:LockTimeout ({sync.LockTimeout}) must be shorter than EndpointSync:Sync:StatementTimeout ({sync.StatementTimeout}), or a wait for a row is reported as a slow statement.";
        }

        if (sync.CoordinatorPatience >= sync.Deadline)
        {
            yield return $"EndpointSync:Sync:CoordinatorPatience ({sync.CoordinatorPatience}) must be shorter than EndpointSync:Sync:Deadline ({sync.Deadline}), or a reload waits for a coordinator that is gone for longer than any sync may take.";
        }

        if (sync.RetryDelay > sync.MaxRetryDelay)
        {
            yield return $"EndpointSync:Sync:RetryDelay ({sync.RetryDelay}) must not exceed EndpointSync:Sync:MaxRetryDelay ({sync.MaxRetryDelay}).";
        }
    }

    private static IEnumerable<string> Publishing(PublishingOptions publishing)
    {
        foreach (var (key, span, shortest, longest) in new[]
                 {
                     ("WorkerLease", publishing.WorkerLease, TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(10)),
                     ("Timeout", publishing.Timeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1)),
                     ("StartTimeout", publishing.StartTimeout, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(5)),
                 })
        {
            if (span < shortest || span > longest)
            {
                yield return $"EndpointSync:Publishing:{key} ({span}) must lie between {shortest} and {longest}.";
            }
        }
    }
}
