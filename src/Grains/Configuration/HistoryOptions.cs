namespace EndpointSync.Grains.Configuration;

/// <summary>
/// How long versions and events are kept to be looked at: the configuration section <c>EndpointSync:History</c>. The
/// newest of each are always kept.
/// </summary>
public sealed class HistoryOptions
{
    /// <summary>The age at which a version or an event is deleted. 1 hour to 36,500 days.</summary>
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(90);

    /// <summary>How many versions of a registry are kept at most, whatever their age. 1 to 1,000,000.</summary>
    public int MostVersions { get; set; } = 10_000;

    /// <summary>How many events of a registry are kept at most, whatever their age. 1 to 10,000,000.</summary>
    public int MostEvents { get; set; } = 100_000;
}
