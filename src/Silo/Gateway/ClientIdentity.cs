namespace EndpointSync.Silo.Gateway;

/// <summary>
/// Who sent a message. Orleans gives clients a grain type of their own, and the same one to the client that each silo
/// has for itself; that one's key begins with <c>hosted-</c>.
/// </summary>
internal static class ClientIdentity
{
    // Between the client's key and that of an object in it.
    private const byte Separator = (byte)'+';

    private static ReadOnlySpan<byte> Type => "sys.client"u8;

    private static ReadOnlySpan<byte> HostedKey => "hosted-"u8;

    public static bool IsClient(GrainId sender) =>
        IsClient(sender.Type.AsSpan(), sender.Key.AsSpan());

    public static bool IsClient(ReadOnlySpan<byte> type, ReadOnlySpan<byte> key) =>
        type.SequenceEqual(Type) && !key.StartsWith(HostedKey);

    /// <summary>The client that a message is from: it may name an object in it.</summary>
    public static GrainId Of(GrainId sender) =>
        sender.Key.AsSpan().Contains(Separator) ? Of(sender.Key.AsSpan()) : sender;

    /// <summary>The client whose key, or that of an object in it, is <paramref name="key"/>.</summary>
    public static GrainId Of(ReadOnlySpan<byte> key)
    {
        var end = key.IndexOf(Separator);
        return GrainId.Create(
            new GrainType(Type.ToArray()), new IdSpan((end < 0 ? key : key[..end]).ToArray()));
    }
}
