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
    public static readonly State Root = Behind(new(0, "", null, []), StateContent.Nothing);

    private State(string text, int hash, PartShape? way, in StateContent content)
        : base(text, hash)
    {
        (Way, FirstRule, MoreRules, Slash, Children, Edges) = (way, content.FirstRule, content.MoreRules, content.Slash, content.Children, content.Edges);
        (FirstMethods, FirstHasChecks) = (FirstRule?.Methods, FirstRule is { HasChecks: true });
        First = Rule.Earlier(Rule.Earlier(FirstRule, Slash?.First), Rule.Earlier(Children.First, FirstOf(Edges)));
    }

    private State(State like, State? next)
        : base(like.Text, like.Hash)
    {
        (Way, FirstRule, MoreRules, Slash, Children, Edges) = (like.Way, like.FirstRule, like.MoreRules, like.Slash, like.Children, like.Edges);
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
    public Rule[] MoreRules { get; }

    /// <summary>The state behind an empty part, which is where rules with a trailing slash end.</summary>
    public State? Slash { get; }

    /// <summary>The states behind the other static parts.</summary>
    public HashTrie Children { get; }

    /// <summary>The first of the states behind parts with variables, in the order in which they are tried.</summary>
    public State? Edges { get; }

    public override Rule? First { get; }

    public StateContent Content => new(FirstRule, MoreRules, Slash, Children, Edges);

    /// <summary>A new state behind a part. Its text is a copy, so that the two stand side by side in memory: a match reads one after the other.</summary>
    public static State Behind(Part part, in StateContent content) =>
        part.IsStatic ? new(new string(part.Content.AsSpan()), part.Hash, null, content) : new("", 0, part.Shape, content);

    public State? Child(ReadOnlySpan<char> part) => part.IsEmpty ? Slash : (State?)Children.Find(part);

    /// <summary>The state with other content.</summary>
    public State With(in StateContent content) => new(Text, Hash, Way, content);

    /// <summary>The first of states behind parts with variables that are tried in the given order.</summary>
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
