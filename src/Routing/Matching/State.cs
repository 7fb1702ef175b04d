using EndpointSync.Routing.Rules;
using EndpointSync.Routing.Tries;

namespace EndpointSync.Routing.Matching;

/// <summary>
/// What is known after some parts of a path: the rules that end here, and the ways on, over a static part or over one with variables.
/// States are never changed; a state and all that it leads to may belong to any number of tables.
/// </summary>
internal sealed class State : Keyed
{
    public static readonly State Root = Empty("");

    private State(string text, int hash)
        : base(text, hash)
    {
    }

    private State(State other, Rule[] rules, State? slash, HashTrie children, DynamicEdge[] edges)
        : base(other.Text, other.Hash)
    {
        (Rules, Slash, Children, Edges) = (rules, slash, children, edges);
        First = Rule.Earlier(Rule.Earlier(rules.Length > 0 ? rules[0] : null, slash?.First), children.First);
        foreach (var edge in edges)
            First = Rule.Earlier(First, edge.Target.First);
    }

    /// <summary>The rules that end here, in the order of the table.</summary>
    public Rule[] Rules { get; } = [];

    /// <summary>The state behind an empty part, which is where rules with a trailing slash end.</summary>
    public State? Slash { get; }

    /// <summary>The states behind the other static parts.</summary>
    public HashTrie Children { get; }

    /// <summary>The ways over parts with variables, in the order in which they are tried.</summary>
    public DynamicEdge[] Edges { get; } = [];

    public override Rule? First { get; }

    public bool IsEmpty => First is null;

    public static State Empty(string text) => new(text, HashOf(text));

    public State? Child(ReadOnlySpan<char> part) => part.IsEmpty ? Slash : (State?)Children.Find(part);

    public State With(Rule[] rules) => new(this, rules, Slash, Children, Edges);

    /// <summary>The state with another child at the given static part, or none.</summary>
    public State With(string part, State? child)
    {
        if (part == "")
            return new(this, Rules, child, Children, Edges);
        return new(this, Rules, Slash, child is null ? Children.Without(part) : Children.With(child), Edges);
    }

    public State With(DynamicEdge[] edges) => new(this, Rules, Slash, Children, edges);
}
