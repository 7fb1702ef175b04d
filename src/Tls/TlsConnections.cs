using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;

namespace EndpointSync.Tls;

/// <summary>
/// Orleans' TLS around each connection, with the certificate of that moment, our own check of the other side, and one
/// line of log when it fails.
/// </summary>
internal sealed class TlsConnections(ClusterCertificates certificates, RefusalLog log, TimeProvider clock)
{
    public static readonly TimeSpan HandshakeTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Whether a certificate is that of a silo.</summary>
    public static Func<X509Certificate2, X509Chain, string?> SiloCheck(ClusterTlsOptions options, TimeProvider clock) =>
        (certificate, chain) => Complaint(certificate, chain, clock)
            ?? PeerCertificate.ComplaintAboutRole(certificate, TlsRole.Silo, options);

    /// <summary>A connection that somebody opens to a port of this silo.</summary>
    public async Task AcceptAsync(ConnectionContext connection, ClusterPort port, ConnectionDelegate next)
    {
        var handshake = new Handshake(certificates.Current);
        var options = handshake.Options((certificate, chain) => Complaint(certificate, chain, port));
        options.OnAuthenticateAsServer = (_, tls) => handshake.Configure(
            (SslServerAuthenticationOptions)tls.SslServerAuthenticationOptions, clock.GetUtcNow());
        await handshake.RunAsync(connection, builder => builder.UseServerTls(options), next);
        if (!handshake.IsDone)
        {
            var reason = HandshakeFailure.OfInbound(handshake.Complaint, handshake.Log.Failure);
            log.Inbound(connection.RemoteEndPoint, port, reason);
            throw new TlsRefusedException($"Refused the connection from {connection.RemoteEndPoint}: {reason}");
        }
    }

    /// <summary>A connection that this process opens to a silo.</summary>
    public async Task ConnectAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var handshake = new Handshake(certificates.Current);
        var options = handshake.Options(SiloCheck(certificates.Options, clock));
        options.OnAuthenticateAsClient = (_, tls) => handshake.Configure(
            (SslClientAuthenticationOptions)tls.SslClientAuthenticationOptions, certificates.Options.Name,
            clock.GetUtcNow());
        try
        {
            await handshake.RunAsync(connection, builder => builder.UseClientTls(options), next);
        }
        catch (Exception ended) when (handshake is { IsDone: true, HasReceived: false })
        {
            throw Refused(connection, $"{HandshakeFailure.AfterHandshake(handshake.Certificates)} ({ended.Message})");
        }

        if (!handshake.IsDone)
        {
            throw Refused(connection, HandshakeFailure.OfOutbound(handshake.Complaint, handshake.Log.Failure));
        }
    }

    private TlsRefusedException Refused(ConnectionContext connection, string reason)
    {
        log.Outbound(connection.RemoteEndPoint, reason);
        return new TlsRefusedException($"No connection to {connection.RemoteEndPoint}: {reason}");
    }

    private static string? Complaint(X509Certificate2 certificate, X509Chain chain, TimeProvider clock) =>
        PeerCertificate.ComplaintAboutChain(
            certificate, chain, clock.GetUtcNow(), $"{ClusterTlsOptions.Section}:CertificateAuthority");

    private string? Complaint(X509Certificate2 certificate, X509Chain chain, ClusterPort port) =>
        Complaint(certificate, chain, clock)
        ?? (port == ClusterPort.Silo
            ? PeerCertificate.ComplaintAboutRole(certificate, TlsRole.Silo, certificates.Options)
            : PeerCertificate.ComplaintAboutGatewayUser(certificate, certificates.Options));
}
