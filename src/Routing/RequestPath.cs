using System.Text;

namespace EndpointSync.Routing;

/// <summary>The path of a request as a WSGI server hands it to Werkzeug.</summary>
public static class RequestPath
{
    private const int LongestSequence = 4;

    /// <summary>
    /// Decodes the path of a request line: what follows the question mark is cut off, every percent escape stands for a byte, and the bytes
    /// are read as UTF-8, with U+FFFD for what is not. <c>%2F</c> becomes a slash like any other, and dot segments stay as they are, because
    /// that is what Odoo sees; take the raw target therefore, as ASP.NET Core's own path keeps the one and resolves the other.
    /// </summary>
    /// <param name="target">The target of the request, beginning with a slash; what is not ASCII stays as it is.</param>
    /// <param name="buffer">Room for the path, as long as the target; used only if there is something to decode.</param>
    /// <returns>The path, in the memory of the target or of the buffer.</returns>
    /// <exception cref="ArgumentException">The buffer is too short.</exception>
    public static ReadOnlySpan<char> Decode(ReadOnlySpan<char> target, Span<char> buffer)
    {
        if (target.IndexOf('?') is var query and >= 0)
        {
            target = target[..query];
        }

        if (!target.Contains('%'))
        {
            return target;
        }

        if (buffer.Length < target.Length)
        {
            throw new ArgumentException($"The buffer has {buffer.Length} characters; the target has {target.Length}.", nameof(buffer));
        }

        return buffer[..DecodeInto(target, buffer)];
    }

    private static int DecodeInto(ReadOnlySpan<char> target, Span<char> buffer)
    {
        var written = 0;
        for (var position = 0; position < target.Length;)
        {
            if (EscapeAt(target, position) < 0)
            {
                buffer[written++] = target[position++];
            }
            else
            {
                position += DecodeSequence(target[position..], buffer, ref written);
            }
        }

        return written;
    }

    /// <summary>Decodes the escapes of one code point and returns how many characters of the target they took.</summary>
    private static int DecodeSequence(ReadOnlySpan<char> target, Span<char> buffer, ref int written)
    {
        Span<byte> bytes = stackalloc byte[LongestSequence];
        var count = 0;
        for (; count < LongestSequence && EscapeAt(target, count * 3) is var value and >= 0; count++)
        {
            bytes[count] = (byte)value;
        }

        _ = Rune.DecodeFromUtf8(bytes[..count], out var rune, out var consumed);
        written += rune.EncodeToUtf16(buffer[written..]);
        return consumed * 3;
    }

    private static int EscapeAt(ReadOnlySpan<char> target, int position)
    {
        if (position + 2 >= target.Length || target[position] != '%')
        {
            return -1;
        }

        return char.IsAsciiHexDigit(target[position + 1]) && char.IsAsciiHexDigit(target[position + 2])
            ? HexValue(target[position + 1]) * 16 + HexValue(target[position + 2])
            : -1;
    }

    private static int HexValue(char digit) => char.IsAsciiDigit(digit) ? digit - '0' : (digit | 0x20) - 'a' + 10;
}
