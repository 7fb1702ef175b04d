using System.Globalization;

namespace EndpointSync.WebConsole.Fleet;

/// <summary>What an operator should look at, and the page of the registry that has more.</summary>
/// <param name="Text">What it is.</param>
/// <param name="Section">The page; empty for the overview.</param>
public sealed record Alarm(string Text, string Section)
{
    /// <summary>How long a lock may be held before it is worth a look.</summary>
    public static readonly TimeSpan LongHold = TimeSpan.FromSeconds(5);

    /// <summary>Where more is.</summary>
    public string AddressIn(string registry) => $"registries/{registry}/{Section}".TrimEnd('/');

    /// <summary>The alarms of a registry at a time; none if all is as it should be.</summary>
    public static IEnumerable<Alarm> Of(RegistrySummary summary, DateTimeOffset now)
    {
        if (summary.Share.Refusing > 0)
        {
            yield return new Alarm($"{Number(summary.Share.Refusing)} refuse the version", "subscribers?show=refused");
        }

        if (FleetState.Of(summary, now).Kind == FleetStateKind.Behind)
        {
            yield return new Alarm($"{Number(summary.Share.Late)} behind", "subscribers?show=late");
        }

        foreach (var alarm in summary.Status is { } status ? Of(status) : [])
        {
            yield return alarm;
        }
    }

    private static IEnumerable<Alarm> Of(RegistryStatus status)
    {
        if (status.QuarantineCount > 0)
        {
            yield return new Alarm($"{Number(status.QuarantineCount)} in quarantine", "quarantine");
        }

        if (status.SyncPending)
        {
            yield return new Alarm("sync pending", "");
        }

        if (status.LockHolder is { } holder && holder.Held >= LongHold)
        {
            yield return new Alarm("lock held", "writers");
        }

        if (!status.Tracked)
        {
            yield return new Alarm("triggers missing", "writers");
        }

        if (status.RepairBackoffs.Count > 0)
        {
            yield return new Alarm($"{Number(status.RepairBackoffs.Count)} repairs delayed", "writers");
        }

        if (status.LeftOut.Count > 0)
        {
            yield return new Alarm("rows left out", "");
        }

        if (status.OtherClusters.Count > 0)
        {
            yield return new Alarm("another cluster", "");
        }
    }

    private static string Number(int number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
