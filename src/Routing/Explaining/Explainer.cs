using EndpointSync.Routing.Checks;
using EndpointSync.Routing.Matching;
using EndpointSync.Routing.Methods;
using EndpointSync.Routing.Rules;

namespace EndpointSync.Routing.Explaining;

/// <summary>
/// Walks as <see cref="Search"/> does, and goes on where that stops: it reaches every rule that matches a path, in the
/// order in which they are tried, and remembers where the path leads nowhere.
/// </summary>
internal sealed class Explainer(string path, string method)
{
    private readonly List<RouteCandidate> _reached = [];
    private readonly NearMisses _misses = new();
    private RouteCandidate? _end;

    /// <summary>The rules that match the path, in the order in which they are tried, and then those that nearly do.
    /// </summary>
    /// <param name="root">The first state of the table.</param>
    /// <param name="start">The start of the first part; past the path's length if there is none.</param>
    /// <param name="most">How many at most.</param>
    public IReadOnlyList<RouteCandidate> Explain(State root, int start, int most)
    {
        Walk(root, start, depth: 0);
        return [.. _reached.Concat(_misses.Nearest()).DistinctBy(one => (one.Entry.Key, one.Rule)).Take(most)];
    }

    private void Walk(State state, int position, int depth)
    {
        if (position > path.Length)
        {
            Reach(state);
            if (state.Slash is { } slash)
            {
                Reach(slash);
            }

            _misses.Add(state, depth, part: null);
            return;
        }

        var rest = path.AsSpan(position);
        var length = rest.IndexOf('/') is var slashAt and >= 0 ? slashAt : rest.Length;
        if (state.Child(rest[..length]) is { } child)
        {
            Walk(child, position + length + 1, depth + 1);
        }

        for (var edge = state.Edges; edge is not null; edge = edge.Next)
        {
            var end = edge.Way!.IsFinal ? path.Length : position + length;
            if (edge.Way.Matches(path.AsSpan(position..end)))
            {
                Walk(edge, end + 1, depth + 1);
            }
        }

        if (rest.IsEmpty)
        {
            Reach(state);
        }

        _misses.Add(state, depth, rest[..length].ToString());
    }

    private void Reach(State state)
    {
        if (state.FirstRule is null)
        {
            return;
        }

        foreach (var rule in state.MoreRules.Prepend(state.FirstRule))
        {
            _reached.Add(Assess(rule));
        }
    }

    private RouteCandidate Assess(Rule rule)
    {
        if (!rule.Methods.Contains(new RequestMethod(method)))
        {
            return Candidate(
                rule, RouteCandidateKind.OtherMethod, $"it answers {string.Join(", ", rule.Methods.Names())}");
        }

        if (_end is { } end)
        {
            return Candidate(
                rule, RouteCandidateKind.Later,
                end.Kind == RouteCandidateKind.Answers
                    ? $"{end.Rule} is tried before it"
                    : $"{end.Rule} is tried before it, and no rule after one that refuses a value");
        }

        _end = (rule.HasChecks || path.Length > IntegerCheck.MostDigits) && rule.Refused(path) is { } value
            ? Candidate(
                rule, RouteCandidateKind.RefusedValue,
                $"'{value}' is not among the values that it takes, and no other rule is tried")
            : Candidate(rule, RouteCandidateKind.Answers, "it answers");
        return _end;
    }

    private static RouteCandidate Candidate(Rule rule, RouteCandidateKind kind, string reason) =>
        new(kind, rule.Entry, rule.Text, reason);
}
