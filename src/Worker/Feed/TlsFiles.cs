using System.Net.Security;
using EndpointSync.Certificates;

namespace EndpointSync.Worker.Feed;

/// <summary>What connections to silos use, from one state of the files in <see cref="WorkerTlsOptions"/>.</summary>
internal sealed class TlsFiles
{
    private readonly OwnCertificate? _own;
    private readonly Authorities? _authorities;

    private TlsFiles(OwnCertificate? own, Authorities? authorities) => (_own, _authorities) = (own, authorities);

    /// <summary>The certificate in them; null if there is none.</summary>
    public OwnCertificate? Own => _own;

    /// <summary>The files as they are now.</summary>
    /// <exception cref="CertificateException">A file cannot be read.</exception>
    public static IReadOnlyList<PemFile> Read(WorkerTlsOptions options) =>
    [
        .. new[]
        {
            (nameof(options.Certificate), options.Certificate), (nameof(options.Key), options.Key),
            (nameof(options.CertificateAuthority), options.CertificateAuthority),
        }
        .Where(file => file.Item2 is not null)
        .Select(file => PemFile.Read(KeyOf(file.Item1), file.Item2!)),
    ];

    /// <exception cref="CertificateException">The files do not fit.</exception>
    public static TlsFiles Of(IReadOnlyList<PemFile> files)
    {
        PemFile? Find(string name) => files.FirstOrDefault(file => file.Key == KeyOf(name));
        return new TlsFiles(
            Find(nameof(WorkerTlsOptions.Certificate)) is { } certificate
                ? OwnCertificate.Of(certificate, Find(nameof(WorkerTlsOptions.Key))!)
                : null,
            Find(nameof(WorkerTlsOptions.CertificateAuthority)) is { } authorities
                ? new Authorities(authorities)
                : null);
    }

    public SslClientAuthenticationOptions Settings() => new()
    {
        CertificateChainPolicy = _authorities?.ChainPolicy(at: null),
        ClientCertificateContext = _own?.Context,
    };

    private static string KeyOf(string name) => $"Tls:{name}";
}
