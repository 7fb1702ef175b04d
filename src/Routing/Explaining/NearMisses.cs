using EndpointSync.Routing.Matching;
using EndpointSync.Routing.Rules;

namespace EndpointSync.Routing.Explaining;

/// <summary>The rules that follow a path further than others before they leave it.</summary>
internal sealed class NearMisses
{
    // Among many, those that are spelled most alike.
    private const int MostOfAState = 3;

    private const int MostCompared = 64;

    private readonly List<(State State, string? Part)> _ends = [];
    private int _depth;

    /// <summary>A state that the path reaches after some parts.</summary>
    /// <param name="state">The state.</param>
    /// <param name="depth">How many parts led to it.</param>
    /// <param name="part">The next part of the path; null if there is none.</param>
    public void Add(State state, int depth, string? part)
    {
        if (depth > _depth)
        {
            _ends.Clear();
            _depth = depth;
        }

        if (depth == _depth)
        {
            _ends.Add((state, part));
        }
    }

    /// <summary>The rules behind the states that were reached with most parts, the likeliest first.</summary>
    public IEnumerable<RouteCandidate> Nearest() => _ends.SelectMany(end => Around(end.State, end.Part));

    private IEnumerable<RouteCandidate> Around(State state, string? part)
    {
        if (part is not null && state.FirstRule is { } shorter)
        {
            yield return Miss(shorter, $"the path goes on with '{part}', and the rule ends before it");
        }

        var children = state.Children.Items.Cast<State>()
            .OrderBy(child => part is null ? child.Text.Length : Distance(part, child.Text))
            .ThenBy(child => child.Text, StringComparer.Ordinal)
            .Take(MostOfAState);
        foreach (var next in children.Concat(Edges(state).Take(MostOfAState)))
        {
            if (next.First is { } rule)
            {
                yield return Miss(rule, part is null
                    ? $"the path ends, and the rule goes on with {Text(rule)}"
                    : $"part {_depth + 1} of the path is '{part}', and that of the rule {Text(rule)}");
            }
        }
    }

    private static IEnumerable<State> Edges(State state)
    {
        for (var edge = state.Edges; edge is not null; edge = edge.Next)
        {
            yield return edge;
        }
    }

    private static RouteCandidate Miss(Rule rule, string reason) =>
        new(RouteCandidateKind.OtherPath, rule.Entry, rule.Text, reason);

    // The text of a rule from its part with the depth's number. A slash within a variable separates nothing.
    private string Text(Rule rule)
    {
        var (start, part, open) = (1, 0, false);
        for (var index = 1; index < rule.Text.Length; index++)
        {
            open = rule.Text[index] == '<' || (open && rule.Text[index] != '>');
            if (rule.Text[index] != '/' || open)
            {
                continue;
            }

            if (part == _depth)
            {
                return $"'{rule.Text[start..index]}'";
            }

            (start, part) = (index + 1, part + 1);
        }

        return $"'{rule.Text[start..]}'";
    }

    // How many characters to insert, remove or replace. A table may have many parts, and a path long ones.
    private static int Distance(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        left = left[..Math.Min(left.Length, MostCompared)];
        right = right[..Math.Min(right.Length, MostCompared)];
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var above = 1; above <= left.Length; above++)
        {
            var diagonal = row[0];
            row[0] = above;
            for (var column = 1; column <= right.Length; column++)
            {
                var replaced = diagonal + (left[above - 1] == right[column - 1] ? 0 : 1);
                diagonal = row[column];
                row[column] = Math.Min(replaced, 1 + Math.Min(row[column], row[column - 1]));
            }
        }

        return row[^1];
    }
}
