namespace EndpointSync.Client;

/// <summary>How a reload is asked for.</summary>
public sealed record ReloadOptions
{
    /// <summary>How long the caller waits for its receipt, retries included. More than zero, at most one day.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);
}
