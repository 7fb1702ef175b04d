namespace EndpointSync.Tls;

/// <summary>Which connections a certificate is checked for.</summary>
internal enum ClusterPort
{
    /// <summary>Another silo opens a connection to this silo.</summary>
    Silo,

    /// <summary>A client opens a connection to this silo.</summary>
    Gateway,
}
