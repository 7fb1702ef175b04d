using EndpointSync.Routing.Checks;
using EndpointSync.Routing.Methods;

namespace EndpointSync.Routing.Rules;

/// <summary>
/// One rule of an entry, ready for matching. It keeps only what a match needs; to remove it from a table, its text is
/// parsed again.
/// </summary>
internal sealed class Rule
{
    private readonly Part[] _parts;
    private readonly int _index;

    /// <param name="entry">The rule's entry.</param>
    /// <param name="index">The rule's position among the entry's rules.</param>
    /// <param name="parts">The rule's parts, after the leading slash.</param>
    /// <param name="methods">The methods that the rule answers.</param>
    public Rule(RouteEntry entry, int index, Part[] parts, MethodSet methods)
    {
        (Entry, Methods, Text, _index) = (entry, methods, entry.Rules[index], index);
        _parts = Array.FindAll(parts, part => !part.IsStatic);
        Variables = _parts.Length == 1 ? _parts[0].Variables : [.. _parts.SelectMany(part => part.Variables)];
        HasChecks = Array.Exists(Variables, variable => variable.Check is not null);
    }

    public RouteEntry Entry { get; }

    public MethodSet Methods { get; }

    public Variable[] Variables { get; }

    public string Text { get; }

    /// <summary>
    /// Whether matched values may be refused by a check; overlong numbers are refused even without one.
    /// </summary>
    public bool HasChecks { get; }

    /// <summary>
    /// The earlier of two rules in the order of the table: by the keys of their entries, then by their position in the
    /// entry.
    /// </summary>
    public static Rule? Earlier(Rule? left, Rule? right)
    {
        if (left is null || right is null)
        {
            return left ?? right;
        }

        return left.CompareTo(right) <= 0 ? left : right;
    }

    public int CompareTo(Rule other)
    {
        var keys = ReferenceEquals(Entry, other.Entry) ? 0 : KeyOrder.Compare(Entry.Key, other.Entry.Key);
        return keys != 0 ? keys : _index.CompareTo(other._index);
    }

    /// <summary>Whether the rule accepts its values in a path that it matches.</summary>
    public bool Accepts(ReadOnlySpan<char> path) => RefusedVariable(path) < 0;

    /// <summary>The first value that the rule refuses in a path that it matches; null if it accepts all.</summary>
    public string? Refused(ReadOnlySpan<char> path) =>
        RefusedVariable(path) is var variable and >= 0 ? Capture(path, variable).ToString() : null;

    /// <summary>
    /// The text of a variable in a path that the rule matches; the path begins after the leading slashes.
    /// </summary>
    public ReadOnlySpan<char> Capture(ReadOnlySpan<char> path, int variable)
    {
        var part = 0;
        for (; variable >= _parts[part].Variables.Length; part++)
        {
            variable -= _parts[part].Variables.Length;
        }

        for (var before = 0; before < _parts[part].Index; before++)
        {
            path = path[(path.IndexOf('/') + 1)..];
        }

        var shape = _parts[part].Shape!;
        var slash = shape.IsFinal ? -1 : path.IndexOf('/');
        return shape.Capture(slash < 0 ? path : path[..slash], variable);
    }

    private int RefusedVariable(ReadOnlySpan<char> path)
    {
        for (var variable = 0; variable < Variables.Length; variable++)
        {
            if (!Accepts(Variables[variable], Capture(path, variable)))
            {
                return variable;
            }
        }

        return -1;
    }

    private static bool Accepts(Variable variable, ReadOnlySpan<char> value)
    {
        if (variable.Check is { } check)
        {
            return check.Accepts(value);
        }

        return variable.Kind != RouteValueKind.Whole || IntegerCheck.IsNumber(value);
    }
}
