using EndpointSync.Routing.Methods;
using EndpointSync.Routing.Rules;
using EndpointSync.Routing.Tries;

namespace EndpointSync.Routing.Matching;

/// <summary>
/// What is known after some parts of a path: the rules that end here, and the states behind the next part, static or with variables.
/// States are never changed; a state and all that it leads to may belong to any number of tables.
/// </summary>
/// <remarks>
/// Among many routes a match costs what it costs to fetch objects into the processor's cache, one after the other. So there is no list
/// between a state and its only rule, nor between a state and those behind its parts with variables.
/// </remarks>
internal sealed class State : Keyed
{
    public static readonly State Root = Behind("");

    private State(string text, int hash, PartShape? way)
        : base(text, hash) => Way = way;

    private State(State like, Rule? firstRule, Rule[] moreRules, State? slash, HashTrie children, State? edges)
        : this(like.Text, like.Hash, like.Way)
    {
        (FirstRule, MoreRules, Slash, Children, Edges) = (firstRule, moreRules, slash, children, edges);
        (FirstMethods, FirstHasChecks) = (firstRule?.Methods, firstRule is { HasChecks: true });
        First = Rule.Earlier(Rule.Earlier(firstRule, slash?.First), Rule.Earlier(children.First, FirstOf(edges)));
    }

    private State(State like, State? next)
        : this(like.Text, like.Hash, like.Way)
    {
        (FirstRule, MoreRules, Slash, Children, Edges) = (like.FirstRule, like.MoreRules, like.Slash, like.Children, like.Edges);
        (First, FirstMethods, FirstHasChecks, Next) = (like.First, like.FirstMethods, like.FirstHasChecks, next);
    }

    /// <summary>The part with variables that leads here; null behind a static part.</summary>
    public PartShape? Way { get; }

    /// <summary>If a part with variables leads here, the state that is tried after this one.</summary>
    public State? Next { get; }

    /// <summary>The first of the rules that end here, in the order of the table.</summary>
    public Rule? FirstRule { get; }

    /// <summary>The methods of that rule, to tell without it whether it answers.</summary>
    public MethodSet? FirstMethods { get; }

    /// <summary>Whether that rule may refuse values.</summary>
    public bool FirstHasChecks { get; }

    /// <summary>The other rules that end here, in order.</summary>
    public Rule[] MoreRules { get; } = [];

    /// <summary>The state behind an empty part, which is where rules with a trailing slash end.</summary>
    public State? Slash { get; }

    /// <summary>The states behind the other static parts.</summary>
    public HashTrie Children { get; }

    /// <summary>The first of the states behind parts with variables, in the order in which they are tried.</summary>
    public State? Edges { get; }

    public override Rule? First { get; }

    /// <summary>A state without a rule, behind a static part.</summary>
    public static State Behind(string part) => new(part, HashOf(part), null);

    /// <summary>A state without a rule, behind a part with variables.</summary>
    public static State Behind(PartShape way) => new("", 0, way);

    public State? Child(ReadOnlySpan<char> part) => part.IsEmpty ? Slash : (State?)Children.Find(part);

    public State WithRules(ReadOnlySpan<Rule> rules) =>
        rules.IsEmpty ? new(this, null, [], Slash, Children, Edges) : new(this, rules[0], [.. rules[1..]], Slash, Children, Edges);

    /// <summary>The state with another child at the given static part, or none.</summary>
    public State WithChild(string part, State? child)
    {
        if (part == "")
        {
            return new(this, FirstRule, MoreRules, child, Children, Edges);
        }

        return new(this, FirstRule, MoreRules, Slash, child is null ? Children.Without(part) : Children.With(child), Edges);
    }

    /// <summary>The state with the given states behind parts with variables, in this order.</summary>
    public State WithEdges(IReadOnlyList<State> edges)
    {
        State? first = null;
        foreach (var edge in edges.Reverse())
        {
            first = edge.Next == first ? edge : new(edge, first);
        }

        return new(this, FirstRule, MoreRules, Slash, Children, first);
    }

    private static Rule? FirstOf(State? edges)
    {
        Rule? first = null;
        for (var edge = edges; edge is not null; edge = edge.Next)
        {
            first = Rule.Earlier(first, edge.First);
        }

        return first;
    }
}
