namespace EndpointSync.Silo.Gateway;

/// <summary>
/// Who sent a message. Orleans gives clients a grain type of their own, and the same one to the client that each silo
/// has for itself; that one's key begins with <c>hosted-</c>.
/// </summary>
internal static class ClientIdentity
{
    private static ReadOnlySpan<byte> Type => "sys.client"u8;

    private static ReadOnlySpan<byte> HostedKey => "hosted-"u8;

    public static bool IsClient(GrainId sender) =>
        IsClient(sender.Type.AsSpan(), sender.Key.AsSpan());

    public static bool IsClient(ReadOnlySpan<byte> type, ReadOnlySpan<byte> key) =>
        type.SequenceEqual(Type) && !key.StartsWith(HostedKey);
}
