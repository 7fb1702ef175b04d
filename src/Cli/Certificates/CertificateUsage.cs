namespace EndpointSync.Cli.Certificates;

/// <summary>What a certificate is for.</summary>
[Flags]
internal enum CertificateUsage
{
    /// <summary>Its holder opens connections.</summary>
    Client = 1,

    /// <summary>Its holder accepts connections.</summary>
    Server = 2,
}
