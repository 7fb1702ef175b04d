using EndpointSync.Routing.Matching;
using EndpointSync.Routing.Rules;

namespace EndpointSync.Routing.Overlaps;

/// <summary>Finds the rules that overlap with one rule, on the way to it and where it ends.</summary>
internal static class OverlapSearch
{
    /// <summary>
    /// The rules that may overlap with another one: usually few of very many, and found without parsing any again. All
    /// others overlap with none.
    /// </summary>
    public static IEnumerable<Rule> Candidates(State root)
    {
        var left = new Stack<(State State, bool HasSibling)>([(root, false)]);
        while (left.TryPop(out var next))
        {
            var (state, hasSibling) = next;
            if (hasSibling || state.MoreRules.Length > 0)
            {
                foreach (var rule in Rules(state))
                {
                    yield return rule;
                }
            }

            var areSiblings = hasSibling || state.Edges?.Next is not null;
            foreach (var edge in Edges(state))
            {
                left.Push((edge, areSiblings));
            }

            foreach (var child in state.Children.Items)
            {
                left.Push(((State)child, hasSibling));
            }

            if (state.Slash is { } slash)
            {
                left.Push((slash, hasSibling));
            }
        }
    }

    /// <summary>The overlaps of a rule with earlier rules.</summary>
    public static IEnumerable<RouteOverlap> Before(State root, Rule rule) =>
        Around(root, rule)
            .Where(other => other.IsBefore)
            .Select(other => Overlap(other.Kind, other.Rule, rule))
            .OfType<RouteOverlap>();

    /// <summary>The overlaps of a rule with later rules.</summary>
    public static IEnumerable<RouteOverlap> After(State root, Rule rule) =>
        Around(root, rule)
            .Where(other => !other.IsBefore)
            .Select(other => Overlap(other.Kind, rule, other.Rule))
            .OfType<RouteOverlap>();

    private static IEnumerable<(RouteOverlapKind Kind, Rule Rule, bool IsBefore)> Around(State root, Rule rule)
    {
        var state = root;
        foreach (var part in new RuleParser().ParseAgain(rule))
        {
            if (!part.IsStatic)
            {
                foreach (var other in Siblings(state, part))
                {
                    yield return other;
                }
            }

            state = part.IsStatic
                ? state.Child(part.Content)!
                : Edges(state).First(edge => edge.Way!.Content == part.Content);
        }

        foreach (var other in Rules(state).Where(other => other != rule))
        {
            yield return (RouteOverlapKind.Duplicate, other, other.CompareTo(rule) < 0);
        }
    }

    // A sibling is represented by the earliest rule behind it.
    private static IEnumerable<(RouteOverlapKind Kind, Rule Rule, bool IsBefore)> Siblings(State state, Part part)
    {
        var isBefore = true;
        foreach (var edge in Edges(state))
        {
            if (edge.Way!.Content == part.Content)
            {
                isBefore = false;
            }
            else if (PartOrder.Compare(edge.Way, part.Shape!) == 0 && PartMeeting.CanMeet(edge.Way, part.Shape!))
            {
                yield return (RouteOverlapKind.Ambiguous, edge.First!, isBefore);
            }
        }
    }

    private static RouteOverlap? Overlap(RouteOverlapKind kind, Rule first, Rule second)
    {
        var methods = first.Methods.SharedWith(second.Methods);
        return methods is { Count: 0 }
            ? null
            : new(kind, first.Entry, first.Text, second.Entry, second.Text, methods ?? []);
    }

    private static IEnumerable<State> Edges(State state)
    {
        for (var edge = state.Edges; edge is not null; edge = edge.Next)
        {
            yield return edge;
        }
    }

    private static IEnumerable<Rule> Rules(State state) =>
        state.FirstRule is { } first ? state.MoreRules.Prepend(first) : [];
}
