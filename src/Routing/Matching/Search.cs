using EndpointSync.Routing.Methods;
using EndpointSync.Routing.Rules;

namespace EndpointSync.Routing.Matching;

/// <summary>
/// The search of one path for the rule that answers it. It goes from state to state, part by part of the path, static parts first and then
/// those with variables in their order, and goes back where a way does not lead to a rule. It notes the methods of the rules it passes.
/// </summary>
internal ref struct Search(ReadOnlySpan<char> path, RequestMethod method)
{
    private readonly ReadOnlySpan<char> _path = path;
    private readonly RequestMethod _method = method;

    /// <summary>Known methods of rules that match the path.</summary>
    public uint Allowed { get; private set; }

    /// <summary>Whether rules that match the path have methods beyond the known.</summary>
    public bool AllowsOthers { get; private set; }

    /// <summary>Whether the rule that was found may refuse values.</summary>
    public bool FoundHasChecks { get; private set; }

    /// <summary>Where to note the methods beyond the known, if they are asked for.</summary>
    public HashSet<string>? Others { get; init; }

    /// <param name="state">Where the search stands.</param>
    /// <param name="position">Where the next part of the path begins; past the path's length if no part is left.</param>
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

    // A rule with a trailing slash answers a path without; but unlike every other it says nothing about its methods when they do not fit.
    private Rule? AtEnd(State state) => RuleOf(state) ?? (state.Slash is { } slash ? RuleOf(slash, note: false) : null);

    private Rule? RuleOf(State state, bool note = true)
    {
        if (state.FirstMethods is null)
        {
            return null;
        }

        if (Fits(state.FirstMethods, note))
        {
            FoundHasChecks = state.FirstHasChecks;
            return state.FirstRule;
        }

        foreach (var rule in state.MoreRules)
        {
            FoundHasChecks = rule.HasChecks;
            if (Fits(rule.Methods, note))
            {
                return rule;
            }
        }

        return null;
    }

    private bool Fits(MethodSet methods, bool note)
    {
        if (methods.Contains(_method))
        {
            return true;
        }

        if (note)
        {
            Note(methods);
        }

        return false;
    }

    private void Note(MethodSet methods)
    {
        Allowed |= methods.Bits;
        AllowsOthers |= methods.Others.Count > 0;
        Others?.UnionWith(methods.Others);
    }
}
