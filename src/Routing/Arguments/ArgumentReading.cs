using System.Globalization;
using System.Numerics;
using EndpointSync.Routing.Pieces;

namespace EndpointSync.Routing.Arguments;

/// <summary>Parses the text of one argument as a constant, a number or a string, in this order.</summary>
internal static class ArgumentReading
{
    public static ArgumentValue Read(string text) => text switch
    {
        "None" => ArgumentValue.None,
        "True" => new() { Flag = true },
        "False" => new() { Flag = false },
        _ => Number(text) ?? new() { Text = IsQuoted(text) ? text[1..^1] : text },
    };

    /// <summary>The whole number that Python's <c>int</c> makes of the text, or null.</summary>
    public static BigInteger? Integer(string text)
    {
        var number = PlainNumber(text);
        return number is not null
            && BigInteger.TryParse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)
            ? value
            : null;
    }

    private static ArgumentValue? Number(string text)
    {
        if (Integer(text) is { } whole)
        {
            return new() { Integer = whole };
        }

        return Real(text) is { } real ? new() { Real = real } : null;
    }

    private static double? Real(string text) => PlainNumber(text) switch
    {
        null => null,
        var name when name.Equals("nan", StringComparison.OrdinalIgnoreCase) => double.NaN,
        var name when name.Equals("inf", StringComparison.OrdinalIgnoreCase) => double.PositiveInfinity,
        var name when name.Equals("infinity", StringComparison.OrdinalIgnoreCase) => double.PositiveInfinity,
        var number when !number.Any(char.IsAsciiDigit) => null,
        var number => double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            ? value
            : null,
    };

    /// <summary>
    /// The trimmed text, with ASCII digits for digits of other scripts, and without underscores between digits.
    /// </summary>
    private static string? PlainNumber(string text)
    {
        var plain = DecimalText.ToAscii(text.Trim(Blank.Characters));
        for (var at = plain.IndexOf('_', StringComparison.Ordinal); at >= 0; at = plain.IndexOf('_', at + 1))
        {
            if (at == 0
                || at == plain.Length - 1
                || !char.IsAsciiDigit(plain[at - 1])
                || !char.IsAsciiDigit(plain[at + 1]))
            {
                return null;
            }
        }

        return plain.Replace("_", "", StringComparison.Ordinal);
    }

    private static bool IsQuoted(string text) => text[0] is '"' or '\'' && text[0] == text[^1];
}
