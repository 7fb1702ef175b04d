namespace EndpointSync.Certificates;

/// <summary>The certificate files cannot be used; the message names the key, the file and the remedy.</summary>
internal sealed class CertificateException(string message) : Exception(message);
