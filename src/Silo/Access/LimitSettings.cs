namespace EndpointSync.Silo.Access;

/// <summary>How often a caller may ask: the configuration section <c>EndpointSync:Http:Limits</c>.</summary>
internal sealed class LimitSettings
{
    /// <summary>
    /// How many requests a second one principal may send to this silo. A worker sends one in 1.5 seconds, and a fleet
    /// of 5,000 has one key.
    /// </summary>
    public int RequestsPerSecond { get; set; } = 10_000;

    /// <summary>How many it may send at once. After a new version a whole fleet asks again.</summary>
    public int Burst { get; set; } = 50_000;

    /// <summary>How many requests a second an address may send without a valid credential.</summary>
    public int AnonymousPerSecond { get; set; } = 20;

    /// <summary>How many it may send at once.</summary>
    public int AnonymousBurst { get; set; } = 200;
}
