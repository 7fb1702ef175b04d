namespace EndpointSync.Routing.Arguments;

/// <summary>Python's white space: .NET's white space and the four ASCII separators.</summary>
internal static class Blank
{
    public static readonly char[] Characters =
        [.. Enumerable.Range(0, char.MaxValue + 1).Select(unit => (char)unit).Where(Is)];

    public static bool Is(char unit) => char.IsWhiteSpace(unit) || unit is >= '\u001c' and <= '\u001f';
}
