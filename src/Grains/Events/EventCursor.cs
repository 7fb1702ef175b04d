using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace EndpointSync.Grains.Events;

/// <summary>
/// The place behind an event of a registry. A number alone does not tell: after a restored backup the database uses it
/// again. As text <c>42-9f03ab1c</c>; every silo understands it.
/// </summary>
/// <param name="Number">The number of the event; 0 for the place before the first one.</param>
/// <param name="Mark">What tells it from another event of the same number: 8 hexadecimal digits.</param>
internal readonly record struct EventCursor(long Number, string Mark)
{
    /// <summary>The place before the first event.</summary>
    public static readonly EventCursor Start = new(0, "00000000");

    /// <summary>Reads a cursor; <c>0</c> is <see cref="Start"/>.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out EventCursor cursor)
    {
        cursor = Start;
        if (text is "0")
        {
            return true;
        }

        var (number, mark) = text?.Split('-') is [var first, var second] ? (first, second) : ("", "");
        if (!long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed)
            || mark.Length != Start.Mark.Length || !mark.All(char.IsAsciiHexDigitLower))
        {
            return false;
        }

        cursor = parsed == 0 ? Start : new EventCursor(parsed, mark);
        return true;
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Number}-{Mark}");
}
