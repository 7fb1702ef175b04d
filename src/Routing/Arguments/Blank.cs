namespace EndpointSync.Routing.Arguments;

/// <summary>What Python takes for white space, which is what .NET takes for it and the four separators of ASCII.</summary>
internal static class Blank
{
    public static readonly char[] Characters =
        [.. Enumerable.Range(0, char.MaxValue + 1).Select(unit => (char)unit).Where(Is)];

    public static bool Is(char unit) => char.IsWhiteSpace(unit) || unit is >= '\u001c' and <= '\u001f';
}
