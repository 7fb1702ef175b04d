using System.Runtime.InteropServices;
using EndpointSync.Routing.Rules;

namespace EndpointSync.Routing.Matching;

/// <summary>Makes a state of another one with rules added, removed or replaced; only the states on the way to them are new.</summary>
internal static class StateEdit
{
    /// <param name="root">The state to change.</param>
    /// <param name="old">The rules that go; each is there.</param>
    /// <param name="now">The rules that come.</param>
    public static State Replace(State root, Rule[] old, ParsedRule[] now)
    {
        for (var index = 0; index < Math.Max(old.Length, now.Length); index++)
        {
            root = Replace(root, old.ElementAtOrDefault(index), now.ElementAtOrDefault(index));
        }

        return root;
    }

    private static State Replace(State root, Rule? old, ParsedRule? now)
    {
        if (old is not null && old.Text == now?.Rule.Text)
        {
            return Change(root, now.Parts, old, now.Rule)!;
        }

        if (old is not null)
        {
            root = Change(root, ParsedRule.Again(old).Parts, old, null) ?? State.Root;
        }

        return now is null ? root : Change(root, now.Parts, null, now.Rule)!;
    }

    /// <summary>The state with one rule for another behind the given parts; null if nothing is left of it.</summary>
    private static State? Change(State state, ReadOnlySpan<Part> parts, Rule? old, Rule? now)
    {
        var changed = parts.IsEmpty ? ChangeRules(state, old, now)
            : parts[0].IsStatic ? ChangeChild(state, parts, old, now)
            : ChangeEdge(state, parts, old, now);
        return changed.First is null ? null : changed;
    }

    private static State ChangeRules(State state, Rule? old, Rule? now)
    {
        List<Rule> rules = state.FirstRule is { } first ? [first, .. state.MoreRules] : [];
        rules.RemoveAll(rule => rule == old);
        if (now is not null)
        {
            Insert(rules, now, now.CompareTo);
        }

        return state.WithRules(CollectionsMarshal.AsSpan(rules));
    }

    private static State ChangeChild(State state, ReadOnlySpan<Part> parts, Rule? old, Rule? now)
    {
        var content = parts[0].Content;
        return state.WithChild(content, Change(state.Child(content) ?? State.Behind(content), parts[1..], old, now));
    }

    private static State ChangeEdge(State state, ReadOnlySpan<Part> parts, Rule? old, Rule? now)
    {
        var part = parts[0];
        var edges = new List<State>();
        State? changing = null;
        for (var edge = state.Edges; edge is not null; edge = edge.Next)
        {
            if (edge.Way!.Content == part.Content)
            {
                changing = edge;
            }
            else
            {
                edges.Add(edge);
            }
        }

        if (Change(changing ?? State.Behind(part.Shape!), parts[1..], old, now) is { } changed)
        {
            Insert(edges, changed, other => CompareEdges(changed, other));
        }

        return state.WithEdges(edges);
    }

    private static int CompareEdges(State left, State right)
    {
        var order = PartOrder.Compare(left.Way!, right.Way!);
        return order != 0 ? order : left.First!.CompareTo(right.First!);
    }

    private static void Insert<T>(List<T> items, T item, Func<T, int> compareTo)
    {
        var place = items.FindIndex(other => compareTo(other) < 0);
        items.Insert(place < 0 ? items.Count : place, item);
    }
}
