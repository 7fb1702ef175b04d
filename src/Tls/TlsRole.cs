namespace EndpointSync.Tls;

/// <summary>What a certificate makes of its holder.</summary>
internal enum TlsRole
{
    /// <summary>A member: it opens connections to other silos, and accepts those of silos and clients.</summary>
    Silo,

    /// <summary>It opens connections to gateways, and nothing else.</summary>
    Client,
}
