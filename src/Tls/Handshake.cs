using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Orleans.Connections.Security;

namespace EndpointSync.Tls;

/// <summary>One handshake, and how it ended.</summary>
internal sealed class Handshake(CertificateSet certificates)
{
    private const string NoCertificate = "TLS handshake showed no certificate";

    private ReceivedBytes? _received;

    public CertificateSet Certificates => certificates;

    public HandshakeLog Log { get; } = new();

    /// <summary>Why the other side's certificate was not accepted; null if it was, or never came.</summary>
    public string? Complaint { get; private set; }

    /// <summary>Whether this side accepted the other one.</summary>
    public bool IsDone => _received is not null;

    /// <summary>Whether the other side sent anything after that.</summary>
    public bool HasReceived => _received is { Any: true };

    public TlsOptions Options(Func<X509Certificate2, X509Chain, string?> check) => new()
    {
        LocalCertificate = certificates.Own,
        RemoteCertificateMode = RemoteCertificateMode.RequireCertificate,
        ClientCertificateMode = RemoteCertificateMode.RequireCertificate,
        HandshakeTimeout = TlsConnections.HandshakeTimeout,
        RemoteCertificateValidation = (certificate, chain, _) => Accepts(certificate, chain, check),
    };

    /// <summary>Checks the other side's certificate, and keeps the complaint about it.</summary>
    public bool Accepts(
        X509Certificate? certificate, X509Chain? chain, Func<X509Certificate2, X509Chain, string?> check)
    {
        Complaint = certificate is X509Certificate2 shown && chain is not null ? check(shown, chain) : NoCertificate;
        return Complaint is null;
    }

    public void Configure(SslServerAuthenticationOptions options, DateTimeOffset now)
    {
        // The context has the intermediate certificates too; a selection callback would take precedence over it.
        options.ServerCertificateSelectionCallback = null;
        options.ServerCertificateContext = certificates.Context;
        options.CertificateChainPolicy = certificates.ChainPolicy(now);
    }

    public void Configure(SslClientAuthenticationOptions options, string name, DateTimeOffset now)
    {
        options.LocalCertificateSelectionCallback = null;
        options.ClientCertificates = null;
        options.ClientCertificateContext = certificates.Context;
        options.CertificateChainPolicy = certificates.ChainPolicy(now);
        options.TargetHost = name;
    }

    public Task RunAsync(ConnectionContext connection, Action<IConnectionBuilder> tls, ConnectionDelegate next)
    {
        var builder = new ConnectionBuilder(Log);
        tls(builder);
        builder.Run(secured =>
        {
            _received = new ReceivedBytes(secured.Transport);
            secured.Transport = _received;
            return next(secured);
        });
        return builder.Build()(connection);
    }
}
