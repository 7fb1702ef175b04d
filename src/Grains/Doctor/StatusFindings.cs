namespace EndpointSync.Grains.Doctor;

/// <summary>What the status and the subscribers of a registry show that is not as it should be.</summary>
internal static class StatusFindings
{
    private const int MostNamed = 3;

    /// <summary>The findings in a status.</summary>
    /// <param name="status">The status.</param>
    /// <param name="lockHoldWarning">How long the lock may be held.</param>
    public static IEnumerable<Finding> Of(RegistryStatus status, TimeSpan lockHoldWarning)
    {
        if (status.QuarantineCount > 0)
        {
            yield return new Finding(
                FindingLevel.Warning, "quarantine", status.Registry,
                $"{status.QuarantineCount} endpoints cannot be routed: "
                + Some(status.Quarantine.Select(one => $"{one.Id} ({one.Reason})")),
                $"Correct them; endpointsync quarantine {status.Registry} lists them all.");
        }

        foreach (var backoff in status.RepairBackoffs)
        {
            yield return new Finding(
                FindingLevel.Warning, "repairs", status.Registry,
                $"Endpoint {backoff.EndpointId} was repaired {backoff.Repairs} times, and another writer keeps undoing "
                + $"it: {backoff.Writer}.",
                $"Stop that writer, or let it change fastapi_endpoint instead: endpointsync writers {status.Registry}");
        }

        if (status.LockHolder is { } holder && holder.Held >= lockHoldWarning)
        {
            yield return new Finding(
                FindingLevel.Warning, "lock", status.Registry,
                $"The lock has been held for {holder.Held.TotalSeconds:0} s by role '{holder.Role}', application "
                + $"'{holder.Application}': reloads are skipped meanwhile.",
                holder.ProcessId == 0
                    ? "Commit or roll back that prepared transaction."
                    : $"SELECT pg_terminate_backend({holder.ProcessId});");
        }

        foreach (var other in status.OtherClusters)
        {
            yield return new Finding(
                FindingLevel.Notice, "clusters", status.Registry, $"Cluster '{other}' syncs this registry too.", null);
        }
    }

    /// <summary>The subscribers that cannot serve the newest version, or do not.</summary>
    /// <param name="registry">The registry.</param>
    /// <param name="version">Its newest version.</param>
    /// <param name="subscribers">Who follows it.</param>
    /// <param name="isPublished">Whether there was time enough to publish that version.</param>
    public static IEnumerable<Finding> Of(
        string registry, RouteVersion version, IEnumerable<Subscriber> subscribers, bool isPublished) =>
        from one in subscribers
        where one.Problem is not null || (isPublished && one.Version < version)
        let kind = one.Kind == SubscriberKind.Silo ? "Silo" : "Worker"
        select new Finding(
            FindingLevel.Warning, "lag", registry,
            $"{kind} {one.Name} serves version {one.Version} instead of {version}"
            + (one.Problem is { } problem ? $": {problem}" : ". It does not say why."),
            $"See the log of {one.Name}.");

    /// <summary>The first few of many.</summary>
    public static string Some(IEnumerable<string> all)
    {
        var list = all.ToList();
        return string.Join(", ", list.Take(MostNamed))
            + (list.Count > MostNamed ? $" and {list.Count - MostNamed} more" : "");
    }
}
