using EndpointSync.Routing.Rules;

namespace EndpointSync.Routing.Matching;

/// <summary>Makes a state of another one with a rule added, removed or replaced; only the states on the way to it are new.</summary>
internal static class StateEdit
{
    /// <param name="root">The state to change.</param>
    /// <param name="old">The rules that go; each is there.</param>
    /// <param name="now">The rules that come.</param>
    public static State Replace(State root, Rule[] old, Rule[] now)
    {
        for (var index = 0; index < Math.Max(old.Length, now.Length); index++)
            root = Replace(root, old.ElementAtOrDefault(index), now.ElementAtOrDefault(index));
        return root;
    }

    private static State Replace(State root, Rule? old, Rule? now)
    {
        if (old is not null && now is not null && old.Text == now.Text)
            return Change(root, root.Text, now.Parts, old, now) ?? State.Root;
        if (old is not null)
            root = Change(root, root.Text, old.Parts, old, null) ?? State.Root;
        return now is null ? root : Change(root, root.Text, now.Parts, null, now)!;
    }

    private static State? Change(State? state, string text, ReadOnlySpan<Part> parts, Rule? old, Rule? now)
    {
        state ??= State.Empty(text);
        var changed = parts.IsEmpty ? state.With(Change(state.Rules, old, now))
            : parts[0].IsStatic ? ChangeChild(state, parts, old, now)
            : ChangeEdge(state, parts, old, now);
        return changed.IsEmpty ? null : changed;
    }

    private static State ChangeChild(State state, ReadOnlySpan<Part> parts, Rule? old, Rule? now)
    {
        var content = parts[0].Content;
        return state.With(content, Change(state.Child(content), content, parts[1..], old, now));
    }

    private static State ChangeEdge(State state, ReadOnlySpan<Part> parts, Rule? old, Rule? now)
    {
        var part = parts[0];
        var edge = Array.Find(state.Edges, edge => edge.Part.Content == part.Content);
        var target = Change(edge?.Target, "", parts[1..], old, now);
        var others = Array.FindAll(state.Edges, other => other != edge);
        return state.With(target is null ? others : Insert(others, new(part, target)));
    }

    private static DynamicEdge[] Insert(DynamicEdge[] edges, DynamicEdge edge)
    {
        var place = Array.FindIndex(edges, other => edge.CompareTo(other) < 0);
        place = place < 0 ? edges.Length : place;
        return [.. edges[..place], edge, .. edges[place..]];
    }

    private static Rule[] Change(Rule[] rules, Rule? old, Rule? now)
    {
        var others = Array.FindAll(rules, rule => rule != old);
        if (now is null)
            return others;
        var place = Array.FindIndex(others, other => now.CompareTo(other) < 0);
        place = place < 0 ? others.Length : place;
        return [.. others[..place], now, .. others[place..]];
    }
}
