using System.Text;

namespace EndpointSync.Routing;

/// <summary>Decodes the path of a request as a WSGI server does for Werkzeug.</summary>
public static class RequestPath
{
    private const int LongestSequence = 4;

    /// <summary>
    /// Decodes the path of a request line. The query is cut off, every percent escape is a byte, and the bytes are read
    /// as UTF-8, with U+FFFD for invalid bytes. <c>%2F</c> becomes an ordinary slash and dot segments are kept, as in
    /// Odoo. Pass the raw target: ASP.NET Core's own path keeps <c>%2F</c> and resolves dot segments.
    /// </summary>
    /// <param name="target">The target of the request, beginning with a slash; non-ASCII characters are kept.</param>
    /// <param name="buffer">
    /// Space for the path, as long as the target; used only if there is something to decode.
    /// </param>
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
            throw new ArgumentException(
                $"The buffer has {buffer.Length} characters; the target has {target.Length}.", nameof(buffer));
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

    /// <summary>
    /// Decodes the escapes of one code point and returns how many characters of the target they took.
    /// </summary>
    private static int DecodeSequence(ReadOnlySpan<char> target, Span<char> buffer, ref int written)
    {
        Span<byte> bytes = stackalloc byte[LongestSequence];
        var count = 0;
        var value = EscapeAt(target, 0);
        while (count < LongestSequence && value >= 0)
        {
            bytes[count] = (byte)value;
            count++;
            value = EscapeAt(target, count * 3);
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
