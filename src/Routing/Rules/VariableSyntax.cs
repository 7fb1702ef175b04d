using EndpointSync.Routing.Converters;

namespace EndpointSync.Routing.Rules;

/// <summary>A variable as written in a rule, between angle brackets.</summary>
/// <param name="Converter">The name of the variable's converter.</param>
/// <param name="Arguments">The text between the parentheses; empty if there are none.</param>
/// <param name="Name">The name of the variable.</param>
/// <param name="End">The position after the variable.</param>
internal sealed record VariableSyntax(string Converter, string Arguments, string Name, int End)
{
    /// <summary>Parses the variable whose bracket opens at <paramref name="open"/>; null if it is malformed.</summary>
    public static VariableSyntax? Read(string rule, int open)
    {
        var end = IdentifierEnd(rule, open + 1);
        var first = rule[(open + 1)..end];
        if (first == "")
        {
            return null;
        }

        if (IsAt(rule, end, '>'))
        {
            return new(ConverterCatalog.Default, "", first, end + 1);
        }

        return IsAt(rule, end, '(') ? ReadArguments(rule, first, end + 1) : ReadName(rule, first, "", end);
    }

    // Arguments may contain parentheses: they end at the first one before a colon, a name and the closing bracket.
    private static VariableSyntax? ReadArguments(string rule, string converter, int start)
    {
        for (var end = start; end < rule.Length && rule[end] != '\n'; end++)
        {
            if (rule[end] == ')' && ReadName(rule, converter, rule[start..end], end + 1) is { } syntax)
            {
                return syntax;
            }
        }

        return null;
    }

    private static VariableSyntax? ReadName(string rule, string converter, string arguments, int colon)
    {
        if (!IsAt(rule, colon, ':'))
        {
            return null;
        }

        var end = IdentifierEnd(rule, colon + 1);
        return end > colon + 1 && IsAt(rule, end, '>')
            ? new(converter, arguments, rule[(colon + 1)..end], end + 1)
            : null;
    }

    private static bool IsAt(string rule, int index, char expected) => index < rule.Length && rule[index] == expected;

    private static int IdentifierEnd(string rule, int start)
    {
        var end = start;
        while (end < rule.Length
               && (char.IsAsciiLetter(rule[end]) || rule[end] == '_' || (end > start && char.IsAsciiDigit(rule[end]))))
        {
            end++;
        }

        return end;
    }
}
