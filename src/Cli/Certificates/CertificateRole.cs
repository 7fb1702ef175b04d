namespace EndpointSync.Cli.Certificates;

/// <summary>What a certificate makes of its holder.</summary>
/// <param name="Name">The name of the role.</param>
/// <param name="DnsName">The DNS name that stands for it by default; null if it is valid for hosts.</param>
/// <param name="Usages">The extended key usages.</param>
internal sealed record CertificateRole(string Name, string? DnsName, params string[] Usages)
{
    /// <summary>The role of a server, which is valid for hosts.</summary>
    public const string Server = "server";

    private const string ServerUsage = "1.3.6.1.5.5.7.3.1";
    private const string ClientUsage = "1.3.6.1.5.5.7.3.2";

    public static IReadOnlyList<CertificateRole> All { get; } =
    [
        new("silo", "silo.endpointsync", ClientUsage, ServerUsage), new("client", "client.endpointsync", ClientUsage),
        new("worker", "worker.endpointsync", ClientUsage), new(Server, DnsName: null, ServerUsage),
    ];
}
