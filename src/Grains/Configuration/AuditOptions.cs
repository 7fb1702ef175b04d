namespace EndpointSync.Grains.Configuration;

/// <summary>How long the audit is kept: the configuration section <c>EndpointSync:Audit</c>.</summary>
public sealed class AuditOptions
{
    /// <summary>The age at which an entry is deleted. 1 day to 36,500 days.</summary>
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(400);
}
