namespace EndpointSync.Grains.Configuration;

/// <summary>
/// How long versions are kept to be looked at: the configuration section <c>EndpointSync:History</c>. The newest
/// version is always kept.
/// </summary>
public sealed class HistoryOptions
{
    /// <summary>The age at which a version is deleted. 1 hour to 36,500 days.</summary>
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(90);

    /// <summary>How many versions of a registry are kept at most, whatever their age. 1 to 1,000,000.</summary>
    public int MostVersions { get; set; } = 10_000;
}
