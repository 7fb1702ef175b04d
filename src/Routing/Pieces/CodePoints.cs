using System.Text;

namespace EndpointSync.Routing.Pieces;

/// <summary>Steps through text by code points, as Python counts, while .NET counts UTF-16 units.</summary>
internal static class CodePoints
{
    /// <summary>
    /// The number of UTF-16 units of the code point at <paramref name="index"/>; a lone surrogate is a code point.
    /// </summary>
    public static int LengthAt(ReadOnlySpan<char> text, int index) =>
        char.IsHighSurrogate(text[index]) && index + 1 < text.Length && char.IsLowSurrogate(text[index + 1]) ? 2 : 1;

    public static int LengthBefore(ReadOnlySpan<char> text, int index) =>
        char.IsLowSurrogate(text[index - 1]) && index > 1 && char.IsHighSurrogate(text[index - 2]) ? 2 : 1;

    public static int Count(ReadOnlySpan<char> text)
    {
        var count = 0;
        for (var index = 0; index < text.Length; index += LengthAt(text, index))
        {
            count++;
        }

        return count;
    }

    /// <summary>The value of the decimal digit at <paramref name="index"/>, in any script, or -1.</summary>
    public static int DigitAt(ReadOnlySpan<char> text, int index)
    {
        var unit = text[index];
        if (char.IsAscii(unit))
        {
            return char.IsAsciiDigit(unit) ? unit - '0' : -1;
        }

        return Rune.DecodeFromUtf16(text[index..], out var rune, out _) == System.Buffers.OperationStatus.Done
            && Rune.IsDigit(rune)
            ? (int)Rune.GetNumericValue(rune)
            : -1;
    }

    /// <summary>The end of the run of decimal digits that begins at <paramref name="start"/>.</summary>
    public static int DigitsEnd(ReadOnlySpan<char> text, int start)
    {
        while (start < text.Length && DigitAt(text, start) >= 0)
        {
            start += LengthAt(text, start);
        }

        return start;
    }
}
