namespace EndpointSync.Silo.Access;

/// <summary>
/// Client certificates in the place of keys: the configuration section <c>EndpointSync:Http:ClientCertificates</c>.
/// </summary>
internal sealed class ClientCertificateSettings
{
    public const string Section = "EndpointSync:Http:ClientCertificates";

    /// <summary>The DNS name that stands for workers unless <see cref="Roles"/> says otherwise.</summary>
    public const string DefaultName = "worker.endpointsync";

    /// <summary>
    /// A PEM file: the root certificates of the authorities whose client certificates are accepted. Without it no
    /// certificate is asked for.
    /// </summary>
    public string? CertificateAuthority { get; set; }

    /// <summary>
    /// What a DNS name in a certificate means: one role or several, such as <c>worker/openspp, worker/orders</c>. A
    /// certificate with none of these names is refused. The default is <c>worker.endpointsync</c> for <c>worker</c>.
    /// </summary>
    public Dictionary<string, string> Roles { get; set; } = [];

    /// <summary>Whether certificates are asked for.</summary>
    public bool IsConfigured => CertificateAuthority is not null;

    /// <summary>What the holder of a certificate with these DNS names may do; nothing if none is known.</summary>
    public IEnumerable<Grant> GrantsOf(IReadOnlyCollection<string> names)
    {
        var roles = Roles.Count > 0 ? Roles : new Dictionary<string, string> { [DefaultName] = "worker" };
        return roles.Where(role => names.Contains(role.Key, StringComparer.OrdinalIgnoreCase))
            .SelectMany(role => Grants(role.Value))
            .OfType<Grant>();
    }

    /// <summary>The roles in a setting; null for each that is none.</summary>
    public static IEnumerable<Grant?> Grants(string roles) => roles.Split(',', StringSplitOptions.TrimEntries)
        .Select(text => Grant.TryParse(text, out var grant) ? grant : (Grant?)null);
}
