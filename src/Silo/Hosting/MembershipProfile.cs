namespace EndpointSync.Silo.Hosting;

/// <summary>
/// How soon a silo that has stopped answering is declared dead. A shorter time is more likely to mistake a pause for a
/// failure.
/// </summary>
internal enum MembershipProfile
{
    /// <summary>A hung silo is declared dead after about 12 seconds. For production.</summary>
    Balanced,

    /// <summary>A hung silo is declared dead after about 5 seconds. For tests and demonstrations.</summary>
    Fast,

    /// <summary>Orleans' own settings: a hung silo is declared dead after about a minute.</summary>
    Orleans,
}
