using EndpointSync.Routing.Rules;
using EndpointSync.Routing.Tries;

namespace EndpointSync.Routing.Matching;

/// <summary>The content of a state, without the part before it.</summary>
/// <param name="FirstRule">The first of the rules that end there.</param>
/// <param name="MoreRules">The other rules, in order.</param>
/// <param name="Slash">The state behind an empty part.</param>
/// <param name="Children">The states behind other static parts.</param>
/// <param name="Edges">The first of the states behind parts with variables.</param>
internal readonly record struct StateContent(
    Rule? FirstRule, Rule[] MoreRules, State? Slash, HashTrie Children, State? Edges)
{
    public static StateContent Nothing => new(null, [], null, default, null);

    /// <summary>Whether the state has no rule and no successor.</summary>
    public bool IsNothing => FirstRule is null && Slash is null && Children.IsEmpty && Edges is null;
}
