namespace EndpointSync.Tls;

/// <summary>
/// A connection that TLS refused. Orleans logs it with every attempt, so its text is one line without a stack.
/// </summary>
internal sealed class TlsRefusedException(string message) : IOException(message)
{
    public override string ToString() => Message;
}
