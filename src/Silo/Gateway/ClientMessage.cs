using System.Buffers;
using Orleans.Serialization.Buffers;

namespace EndpointSync.Silo.Gateway;

/// <summary>
/// The beginning of a message on the wire of Orleans 10.4: the lengths of header and body, then flags, id, and the
/// sender's grain type and key. A test compares it with what Orleans' client writes.
/// </summary>
/// <param name="Length">The bytes of the whole message.</param>
/// <param name="SenderKey">The key of the client that sends it; null with a problem.</param>
/// <param name="Problem">Why a client may not send it, as the end of "it sent ..."; null if it may.</param>
internal readonly record struct ClientMessage(long Length, byte[]? SenderKey, string? Problem)
{
    private const int LengthBytes = 8;
    private const uint DirectionMask = 0x000F_0000;
    private const uint Response = 2 << 16;
    private const uint HasCacheInvalidations = 1 << 7;

    /// <returns>False if more bytes are needed.</returns>
    public static bool TryRead(ReadOnlySequence<byte> buffer, out ClientMessage message)
    {
        message = default;
        var lengths = new SequenceReader<byte>(buffer);
        if (!lengths.TryReadLittleEndian(out int header) || !lengths.TryReadLittleEndian(out int body))
        {
            return false;
        }

        if (header <= 0 || body < 0)
        {
            message = new ClientMessage(LengthBytes, null, "a message of a negative length");
            return true;
        }

        if (buffer.Length < LengthBytes + (long)header)
        {
            return false;
        }

        var problem = ProblemOf(buffer.Slice(LengthBytes, header), out var sender);
        message = new ClientMessage(LengthBytes + (long)header + body, problem is null ? sender : null, problem);
        return true;
    }

    private static string? ProblemOf(ReadOnlySequence<byte> header, out byte[] senderKey)
    {
        senderKey = [];
        try
        {
            // Nothing here refers to earlier values, so no session is needed.
            var reader = Reader.Create(header, session: null!);
            var flags = reader.ReadUInt32();
            reader.ReadInt64();
            return (flags & DirectionMask) == Response
                    ? "an answer, and no silo calls clients"
                : (flags & HasCacheInvalidations) != 0
                    ? "the addresses of grains, which only silos know"
                : ClientIdentity.IsClient(ReadId(ref reader), senderKey = ReadId(ref reader))
                    ? null
                : "a message in the name of somebody who is no client";
        }
        catch (Exception unread) when (unread is InvalidOperationException or ArgumentException)
        {
            return "a message that cannot be read";
        }
    }

    private static byte[] ReadId(ref Reader<ReadOnlySequenceInput> reader)
    {
        var length = reader.ReadVarUInt32();
        if (length == 0)
        {
            return [];
        }

        reader.ReadInt32();
        return length <= reader.Length - reader.Position
            ? reader.ReadBytes(length)
            : throw new ArgumentException("The id is longer than the message.");
    }
}
