using System.Security.Authentication;

namespace EndpointSync;

/// <summary>Why an HTTP server could not be asked, in words that a person can act on.</summary>
internal static class ConnectionFailure
{
    /// <summary>
    /// The message of a failed request. That of a refused certificate is in an inner exception, which is the one that
    /// says what is wrong with it.
    /// </summary>
    public static string Text(Exception failure) => CertificateFailure(failure) is { } refused
        ? $"{refused.Message.TrimEnd('.')}. If its authority is your own, name its file in SSL_CERT_FILE."
        : failure.Message;

    /// <summary>Whether the handshake of TLS failed, which mostly only a change of settings heals.</summary>
    public static bool IsOfCertificate(Exception failure) => CertificateFailure(failure) is not null;

    private static AuthenticationException? CertificateFailure(Exception failure)
    {
        for (var inner = failure.InnerException; inner is not null; inner = inner.InnerException)
        {
            if (inner is AuthenticationException refused)
            {
                return refused;
            }
        }

        return null;
    }
}
