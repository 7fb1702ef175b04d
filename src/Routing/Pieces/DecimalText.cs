using System.Globalization;
using System.Numerics;
using System.Text;

namespace EndpointSync.Routing.Pieces;

/// <summary>Numbers written in decimal digits of any script.</summary>
internal static class DecimalText
{
    /// <summary>The whole number, or null if it does not fit 64 bits.</summary>
    public static long? ToInt64(ReadOnlySpan<char> text)
    {
        var negative = text[0] == '-';
        Int128 value = 0;
        for (var index = negative ? 1 : 0; index < text.Length; index += CodePoints.LengthAt(text, index))
        {
            value = value * 10 + CodePoints.DigitAt(text, index);
            if (value > -(Int128)long.MinValue)
            {
                return null;
            }
        }

        value = negative ? -value : value;
        return value > long.MaxValue ? null : (long)value;
    }

    public static BigInteger ToBigInteger(ReadOnlySpan<char> text) =>
        BigInteger.Parse(ToAscii(text.ToString()), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    public static double ToDouble(ReadOnlySpan<char> text)
    {
        const NumberStyles style = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;
        return Ascii.IsValid(text)
            ? double.Parse(text, style, CultureInfo.InvariantCulture)
            : double.Parse(ToAscii(text.ToString()), style, CultureInfo.InvariantCulture);
    }

    /// <summary>The text with digits of other scripts replaced by 0 to 9.</summary>
    public static string ToAscii(string text)
    {
        if (Ascii.IsValid(text))
        {
            return text;
        }

        var plain = new StringBuilder(text.Length);
        for (var index = 0; index < text.Length; index += CodePoints.LengthAt(text, index))
        {
            if (CodePoints.DigitAt(text, index) is var digit and >= 0)
            {
                plain.Append((char)('0' + digit));
            }
            else
            {
                plain.Append(text, index, CodePoints.LengthAt(text, index));
            }
        }

        return plain.ToString();
    }
}
