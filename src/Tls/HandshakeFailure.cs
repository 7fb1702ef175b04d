using System.Security.Authentication;

namespace EndpointSync.Tls;

/// <summary>
/// What a failed handshake means for an operator. A reason is the end of a sentence about the other side.
/// </summary>
internal static class HandshakeFailure
{
    public const string NotTls = "it does not use TLS, which this process requires: configure "
        + ClusterTlsOptions.Section + " on both sides alike";

    public static string OfInbound(string? complaint, Exception? failure) => Reason(complaint, failure)
        ?? "it ended the connection during the TLS handshake. It may not accept this silo's certificate; its log says "
        + "why";

    public static string OfOutbound(string? complaint, Exception? failure) => Reason(complaint, failure)
        ?? "it ended the connection during the TLS handshake. It does not use TLS, or does not accept the certificate "
        + "of this process; its log says which";

    /// <summary>The handshake was completed here, and not there.</summary>
    public static string AfterHandshake(CertificateSet own) =>
        $"it ended the connection after the TLS handshake. It does not accept the {PeerCertificate.Text(own.Own)} of "
        + "this process, or it stopped; its log says which";

    private static string? Reason(string? complaint, Exception? failure) => failure switch
    {
        _ when complaint is not null => $"its {complaint}",
        OperationCanceledException =>
            $"the TLS handshake did not end within {TlsConnections.HandshakeTimeout.TotalSeconds:0} seconds. "
            + NotTlsToo,
        AuthenticationException { InnerException: null } unread when IsNoTls(unread) => NotTls,
        AuthenticationException withoutCertificate when HasNoCertificate(withoutCertificate) =>
            "it showed no certificate",
        AuthenticationException refused => $"the TLS handshake failed: {Innermost(refused).Message.TrimEnd('.')}",
        _ => null,
    };

    private const string NotTlsToo = "The other side may not use TLS";

    // Bytes that are no TLS record.
    private static bool IsNoTls(AuthenticationException failure) =>
        failure.Message.Contains("frame", StringComparison.OrdinalIgnoreCase);

    // Orleans' middleware refuses it before our check is asked.
    private static bool HasNoCertificate(AuthenticationException failure) =>
        failure.Message.Contains("RemoteCertificateValidationCallback", StringComparison.Ordinal);

    private static Exception Innermost(Exception failure) => failure.GetBaseException();
}
