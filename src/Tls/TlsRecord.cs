namespace EndpointSync.Tls;

/// <summary>The first byte of a TLS record. Orleans' own connections begin with a small length.</summary>
internal static class TlsRecord
{
    public const byte Alert = 21;
    public const byte Handshake = 22;

    /// <summary>How a handshake begins; a side without TLS reads it as a length that is too large.</summary>
    public static ReadOnlyMemory<byte> HandshakeBeginning { get; } = new byte[] { Handshake, 3, 1, 0 };
}
