namespace EndpointSync.Silo.Hosting;

/// <summary>How soon a silo that stopped answering is given up: sooner also means that a mere pause is taken for a death more easily.</summary>
internal enum MembershipProfile
{
    /// <summary>A hung silo is given up after about 12 seconds. For production.</summary>
    Mid,

    /// <summary>A hung silo is given up after about 5 seconds. For tests and demonstrations.</summary>
    Fast,

    /// <summary>Orleans' own settings: a hung silo is given up after about a minute.</summary>
    Default,
}
