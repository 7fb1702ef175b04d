namespace EndpointSync.Silo.Gateway;

/// <summary>A message that no client may send. Orleans logs it, so its text is one line without a stack.</summary>
internal sealed class RefusedMessageException(string message) : IOException(message)
{
    public override string ToString() => Message;
}
