using EndpointSync.Routing.Methods;
using EndpointSync.Routing.Rules;
using EndpointSync.Routing.Tries;

namespace EndpointSync.Routing.Matching;

/// <summary>
/// The state after some parts of a path: the rules that end here, and the states behind the next part, static or with
/// variables. States are immutable; a state and its successors may belong to any number of tables.
/// </summary>
/// <remarks>
/// With many routes the cost of a match is fetching objects into the processor's cache, one after the other. So there
/// is no list between a state and its only rule, nor between a state and its successors behind parts with variables.
/// </remarks>
internal sealed class State : Keyed
{
    public static readonly State Root = Behind(new(0, "", null, []), StateContent.Nothing);

    private State(string text, int hash, PartShape? way, in StateContent content)
        : base(text, hash)
    {
        (Way, FirstRule, MoreRules) = (way, content.FirstRule, content.MoreRules);
        (Slash, Children, Edges) = (content.Slash, content.Children, content.Edges);
        (FirstMethods, FirstHasChecks) = (FirstRule?.Methods, FirstRule is { HasChecks: true });
        First = Rule.Earlier(Rule.Earlier(FirstRule, Slash?.First), Rule.Earlier(Children.First, FirstOf(Edges)));
    }

    private State(State like, State? next)
        : base(like.Text, like.Hash)
    {
        (Way, FirstRule, MoreRules) = (like.Way, like.FirstRule, like.MoreRules);
        (Slash, Children, Edges) = (like.Slash, like.Children, like.Edges);
        (First, FirstMethods, FirstHasChecks, Next) = (like.First, like.FirstMethods, like.FirstHasChecks, next);
    }

    /// <summary>The part with variables before this state; null behind a static part.</summary>
    public PartShape? Way { get; }

    /// <summary>For a state behind a part with variables, the state that is tried after it.</summary>
    public State? Next { get; }

    /// <summary>The first of the rules that end here, in the order of the table.</summary>
    public Rule? FirstRule { get; }

    /// <summary>
    /// The methods of <see cref="FirstRule"/>, to decide without reading that rule whether it answers.
    /// </summary>
    public MethodSet? FirstMethods { get; }

    /// <summary>Whether <see cref="FirstRule"/> may refuse values.</summary>
    public bool FirstHasChecks { get; }

    /// <summary>The other rules that end here, in order.</summary>
    public Rule[] MoreRules { get; }

    /// <summary>The state behind an empty part, where rules with a trailing slash end.</summary>
    public State? Slash { get; }

    /// <summary>The states behind the other static parts.</summary>
    public HashTrie Children { get; }

    /// <summary>The first of the states behind parts with variables, in the order in which they are tried.</summary>
    public State? Edges { get; }

    public override Rule? First { get; }

    public StateContent Content => new(FirstRule, MoreRules, Slash, Children, Edges);

    /// <summary>
    /// Makes a state behind a part. Its text is a copy, so that state and text are adjacent in memory: a match reads
    /// both.
    /// </summary>
    public static State Behind(Part part, in StateContent content) =>
        part.IsStatic
            ? new(new string(part.Content.AsSpan()), part.Hash, null, content)
            : new("", 0, part.Shape, content);

    public State? Child(ReadOnlySpan<char> part) => part.IsEmpty ? Slash : (State?)Children.Find(part);

    /// <summary>Makes the same state with other content.</summary>
    public State With(in StateContent content) => new(Text, Hash, Way, content);

    /// <summary>Chains states behind parts with variables in the given order, and returns the first.</summary>
    public static State? Chain(ReadOnlySpan<State> edges)
    {
        State? first = null;
        for (var index = edges.Length - 1; index >= 0; index--)
        {
            first = edges[index].Next == first ? edges[index] : new(edges[index], first);
        }

        return first;
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
