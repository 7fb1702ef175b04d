namespace EndpointSync.Silo.Access;

/// <summary>A certificate that a caller showed when it connected.</summary>
/// <param name="Name">The name of its holder.</param>
/// <param name="DnsNames">The DNS names that it was issued for.</param>
/// <param name="EndsAt">When it, or an authority between it and the root, ends.</param>
/// <param name="Complaint">Why it was not accepted; null if it was.</param>
internal sealed record ShownCertificate(
    string Name, IReadOnlyCollection<string> DnsNames, DateTimeOffset EndsAt, string? Complaint);
