using System.Security.Authentication;

namespace EndpointSync;

/// <summary>Why an HTTP server could not be asked, in words that a person can act on.</summary>
internal static class ConnectionFailure
{
    /// <summary>
    /// The message of a failed request. That of a refused certificate is in an inner exception, which is the one that
    /// says what is wrong with it.
    /// </summary>
    public static string Text(Exception failure)
    {
        for (var inner = failure.InnerException; inner is not null; inner = inner.InnerException)
        {
            if (inner is AuthenticationException)
            {
                return $"{inner.Message.TrimEnd('.')}. If its authority is your own, name its file in SSL_CERT_FILE.";
            }
        }

        return failure.Message;
    }
}
