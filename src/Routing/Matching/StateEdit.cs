using System.Runtime.InteropServices;
using EndpointSync.Routing.Rules;
using EndpointSync.Routing.Tries;

namespace EndpointSync.Routing.Matching;

/// <summary>
/// Makes a state from another one with rules added, removed or replaced; each state on the way to them is made once.
/// </summary>
internal sealed class StateEdit
{
    private static readonly Part Start = new(0, "", null, []);

    // Shared by all depths: the items of one depth follow those of the lesser depths.
    private readonly List<TrieEdit> _children = [];
    private readonly List<State> _edges = [];
    private readonly List<Rule> _rules = [];
    private readonly ulong[] _keys;

    private StateEdit(int edits) => _keys = new ulong[edits];

    /// <summary>Makes the state with the edits applied; this reorders the edits.</summary>
    public static State Apply(State root, Span<RuleEdit> edits) =>
        edits.IsEmpty ? root : new StateEdit(edits.Length).Change(root, Start, edits, 0) ?? State.Root;

    /// <summary>
    /// Applies edits whose first <paramref name="depth"/> parts are equal; null if the state becomes empty.
    /// </summary>
    private State? Change(State? state, Part way, Span<RuleEdit> edits, int depth)
    {
        EditOrder.Sort(edits, _keys, depth);
        var ending = EndingAt(depth, edits);
        var content = state?.Content ?? StateContent.Nothing;
        if (ending > 0)
        {
            content = ChangeRules(content, edits[..ending]);
        }

        if (ending < edits.Length)
        {
            content = ChangeStates(content, state, edits[ending..], depth);
        }

        return content.IsNothing ? null : state?.With(content) ?? State.Behind(way, content);
    }

    private StateContent ChangeRules(in StateContent content, ReadOnlySpan<RuleEdit> edits)
    {
        _rules.Clear();
        if (content.FirstRule is { } first)
        {
            _rules.Add(first);
            _rules.AddRange(content.MoreRules);
        }

        foreach (ref readonly var edit in edits)
        {
            Remove(edit.Old);
        }

        foreach (ref readonly var edit in edits)
        {
            Insert(edit.Now);
        }

        var rules = CollectionsMarshal.AsSpan(_rules);
        return content with
        {
            FirstRule = rules.IsEmpty ? null : rules[0],
            MoreRules = rules.IsEmpty ? [] : rules[1..].ToArray(),
        };
    }

    private StateContent ChangeStates(in StateContent content, State? state, Span<RuleEdit> edits, int depth)
    {
        var (slash, before) = (content.Slash, _children.Count);
        while (!edits.IsEmpty && edits[0].Parts[depth].IsStatic)
        {
            var part = edits[0].Parts[depth];
            var run = WithSamePart(depth, edits);
            var child = Change(state?.Child(part.Content), part, edits[..run], depth + 1);
            if (part.Content == "")
            {
                slash = child;
            }
            else
            {
                _children.Add(new(part.Hash, part.Content, child));
            }

            edits = edits[run..];
        }

        var children = content.Children.Change(CollectionsMarshal.AsSpan(_children)[before..]);
        _children.RemoveRange(before, _children.Count - before);
        return content with
        {
            Slash = slash,
            Children = children,
            Edges = edits.IsEmpty ? content.Edges : ChangeEdges(content.Edges, edits, depth),
        };
    }

    private State? ChangeEdges(State? first, Span<RuleEdit> edits, int depth)
    {
        var before = _edges.Count;
        for (var edge = first; edge is not null; edge = edge.Next)
        {
            _edges.Add(edge);
        }

        while (!edits.IsEmpty)
        {
            var part = edits[0].Parts[depth];
            var run = WithSamePart(depth, edits);
            if (Change(TakeEdge(part, before), part, edits[..run], depth + 1) is { } changed)
            {
                InsertEdge(changed, before);
            }

            edits = edits[run..];
        }

        var chain = State.Chain(CollectionsMarshal.AsSpan(_edges)[before..]);
        _edges.RemoveRange(before, _edges.Count - before);
        return chain;
    }

    private State? TakeEdge(Part part, int before)
    {
        var place = _edges.FindIndex(before, edge => edge.Way!.Content == part.Content);
        if (place < 0)
        {
            return null;
        }

        var edge = _edges[place];
        _edges.RemoveAt(place);
        return edge;
    }

    private void InsertEdge(State edge, int before)
    {
        var place = before;
        while (place < _edges.Count && CompareEdges(edge, _edges[place]) >= 0)
        {
            place++;
        }

        _edges.Insert(place, edge);
    }

    private void Remove(Rule? rule)
    {
        if (rule is not null)
        {
            _rules.Remove(rule);
        }
    }

    private void Insert(Rule? rule)
    {
        if (rule is null)
        {
            return;
        }

        var place = 0;
        while (place < _rules.Count && rule.CompareTo(_rules[place]) >= 0)
        {
            place++;
        }

        _rules.Insert(place, rule);
    }

    private static int EndingAt(int depth, ReadOnlySpan<RuleEdit> edits)
    {
        var count = 0;
        while (count < edits.Length && edits[count].Parts.Length == depth)
        {
            count++;
        }

        return count;
    }

    private static int WithSamePart(int depth, ReadOnlySpan<RuleEdit> edits)
    {
        var part = edits[0].Parts[depth];
        var count = 1;
        while (count < edits.Length && IsSamePart(edits[count].Parts[depth], part))
        {
            count++;
        }

        return count;
    }

    private static bool IsSamePart(Part left, Part right) =>
        left.IsStatic == right.IsStatic && left.Content == right.Content;

    private static int CompareEdges(State left, State right)
    {
        var order = PartOrder.Compare(left.Way!, right.Way!);
        return order != 0 ? order : left.First!.CompareTo(right.First!);
    }
}
