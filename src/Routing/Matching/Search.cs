using EndpointSync.Routing.Methods;
using EndpointSync.Routing.Rules;

namespace EndpointSync.Routing.Matching;

/// <summary>
/// The search for the rule that answers one path. It walks from state to state, part by part of the path: static parts
/// first, then parts with variables in their order. It backtracks from a dead end. It collects the methods of the rules
/// that it rejects.
/// </summary>
internal ref struct Search(ReadOnlySpan<char> path, RequestMethod method)
{
    private readonly ReadOnlySpan<char> _path = path;
    private readonly RequestMethod _method = method;

    /// <summary>Known methods of rules that match the path.</summary>
    public uint Allowed { get; private set; }

    /// <summary>Whether rules that match the path have methods beyond the known.</summary>
    public bool AllowsOthers { get; private set; }

    /// <summary>Whether the found rule may refuse values.</summary>
    public bool FoundHasChecks { get; private set; }

    /// <summary>Collects the methods beyond the known, if the caller wants them.</summary>
    public HashSet<string>? Others { get; init; }

    /// <param name="state">The current state.</param>
    /// <param name="position">
    /// The start of the next part of the path; past the path's length if no part is left.
    /// </param>
    public Rule? From(State state, int position)
    {
        if (position > _path.Length)
        {
            return AtEnd(state);
        }

        var rest = _path[position..];
        var slash = rest.IndexOf('/');
        var length = slash < 0 ? rest.Length : slash;
        if (state.Child(rest[..length]) is { } child && From(child, position + length + 1) is { } found)
        {
            return found;
        }

        return OverEdges(state, position, length) ?? (rest.IsEmpty ? RuleOf(state) : null);
    }

    private Rule? OverEdges(State state, int position, int length)
    {
        for (var edge = state.Edges; edge is not null; edge = edge.Next)
        {
            var end = edge.Way!.IsFinal ? _path.Length : position + length;
            if (edge.Way.Matches(_path[position..end]) && From(edge, end + 1) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    // A rule with a trailing slash also answers the path without it. If its methods do not fit, they are not collected.
    private Rule? AtEnd(State state) =>
        RuleOf(state) ?? (state.Slash is { } slash ? RuleOf(slash, collect: false) : null);

    private Rule? RuleOf(State state, bool collect = true)
    {
        if (state.FirstMethods is null)
        {
            return null;
        }

        if (Fits(state.FirstMethods, collect))
        {
            FoundHasChecks = state.FirstHasChecks;
            return state.FirstRule;
        }

        foreach (var rule in state.MoreRules)
        {
            FoundHasChecks = rule.HasChecks;
            if (Fits(rule.Methods, collect))
            {
                return rule;
            }
        }

        return null;
    }

    private bool Fits(MethodSet methods, bool collect)
    {
        if (methods.Contains(_method))
        {
            return true;
        }

        if (collect)
        {
            Collect(methods);
        }

        return false;
    }

    private void Collect(MethodSet methods)
    {
        Allowed |= methods.Bits;
        AllowsOthers |= methods.Others.Count > 0;
        Others?.UnionWith(methods.Others);
    }
}
