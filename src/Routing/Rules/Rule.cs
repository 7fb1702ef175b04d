using EndpointSync.Routing.Methods;

namespace EndpointSync.Routing.Rules;

/// <summary>One rule of an entry, ready to be matched.</summary>
/// <param name="entry">The entry that it belongs to.</param>
/// <param name="index">Its place among the entry's rules.</param>
/// <param name="parts">What it matches, from behind the leading slash on.</param>
/// <param name="methods">The methods it answers to.</param>
internal sealed class Rule(RouteEntry entry, int index, Part[] parts, MethodSet methods)
{
    private readonly bool _hasChecks = parts.Any(part => part.Variables.Any(variable => variable.Check is not null));

    public RouteEntry Entry { get; } = entry;

    public MethodSet Methods { get; } = methods;

    public Part[] Parts { get; } = parts;

    public Variable[] Variables { get; } = [.. parts.SelectMany(part => part.Variables)];

    public string Text => Entry.Rules[index];

    /// <summary>The earlier of two rules in the order of the table: by the keys of their entries, then by their places in the entry.</summary>
    public static Rule? Earlier(Rule? left, Rule? right)
    {
        if (left is null || right is null)
            return left ?? right;
        return left.CompareTo(right) <= 0 ? left : right;
    }

    public int CompareTo(Rule other)
    {
        var keys = KeyOrder.Compare(Entry.Key, other.Entry.Key);
        return keys != 0 ? keys : index.CompareTo(other.Index);
    }

    /// <summary>Whether the values in a path that the rule matches are ones it takes.</summary>
    public bool Accepts(ReadOnlySpan<char> path) => (!_hasChecks && path.Length <= Checks.IntegerCheck.MostDigits) || AcceptsValues(path);

    /// <summary>The text of a variable in a path that the rule matches, which begins behind the leading slashes.</summary>
    public ReadOnlySpan<char> Capture(ReadOnlySpan<char> path, int variable)
    {
        var parts = Parts;
        for (var part = 0; ; part++)
        {
            var slash = parts[part].IsFinal ? -1 : path.IndexOf('/');
            if (variable < parts[part].Variables.Count)
                return parts[part].Capture(slash < 0 ? path : path[..slash], variable);
            variable -= parts[part].Variables.Count;
            path = path[(slash + 1)..];
        }
    }

    private int Index => index;

    private bool AcceptsValues(ReadOnlySpan<char> path)
    {
        for (var variable = 0; variable < Variables.Length; variable++)
        {
            if (!Accepts(Variables[variable], Capture(path, variable)))
                return false;
        }

        return true;
    }

    private static bool Accepts(Variable variable, ReadOnlySpan<char> value)
    {
        if (variable.Check is { } check)
            return check.Accepts(value);
        return variable.Kind != RouteValueKind.Whole || Checks.IntegerCheck.IsNumber(value);
    }
}
