using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace EndpointSync.Wire;

/// <summary>
/// A fingerprint of a route table that any language can compute: the exclusive or of each route's SHA-256. It does not
/// depend on the order of the routes, and updating it costs what the changed routes cost. It detects accidents, such as
/// a change that a receiver missed; it is not a signature.
/// </summary>
internal readonly record struct ContentHash(UInt128 High, UInt128 Low)
{
    private const int Size = 32;

    public static ContentHash From(ReadOnlySpan<byte> value) =>
        new(BinaryPrimitives.ReadUInt128BigEndian(value), BinaryPrimitives.ReadUInt128BigEndian(value[16..Size]));

    /// <summary>
    /// The hash of a single route. Each field is preceded by its length in bytes, so that no two routes have the same
    /// text; "-" is null.
    /// </summary>
    public static ContentHash Of(params ReadOnlySpan<string?> fields)
    {
        var canonical = new StringBuilder();
        foreach (var field in fields)
        {
            _ = field is null
                ? canonical.Append('-')
                : canonical.Append(Encoding.UTF8.GetByteCount(field)).Append(':').Append(field);
        }

        return From(SHA256.HashData(Encoding.UTF8.GetBytes(canonical.ToString())));
    }

    /// <summary>Reads 64 hexadecimal digits.</summary>
    public static bool TryParse(string? text, out ContentHash hash)
    {
        Span<byte> bytes = stackalloc byte[Size];
        var isHash = text?.Length == 2 * Size
            && Convert.FromHexString(text, bytes, out _, out _) == OperationStatus.Done;
        hash = isHash ? From(bytes) : default;
        return isHash;
    }

    /// <summary>Adds a route's hash, or removes it if it is already included.</summary>
    public static ContentHash operator ^(ContentHash left, ContentHash right) =>
        new(left.High ^ right.High, left.Low ^ right.Low);

    public byte[] ToBytes()
    {
        var bytes = new byte[Size];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, High);
        BinaryPrimitives.WriteUInt128BigEndian(bytes.AsSpan(16), Low);
        return bytes;
    }

    /// <summary>64 hexadecimal digits.</summary>
    public override string ToString() => Convert.ToHexStringLower(ToBytes());
}
