using EndpointSync.Routing.Matching;
using EndpointSync.Routing.Methods;
using EndpointSync.Routing.Tries;

namespace EndpointSync.Routing.Rules;

/// <summary>An entry with its rules read; without any if it has problems.</summary>
internal sealed class CompiledEntry : Keyed
{
    private CompiledEntry(RouteEntry entry, Rule[] rules, RouteProblem[] problems)
        : base(entry.Key, HashOf(entry.Key)) => (Entry, Rules, Problems) = (entry, rules, problems);

    public RouteEntry Entry { get; }

    public Rule[] Rules { get; }

    public RouteProblem[] Problems { get; }

    public override Rule? First => null;

    /// <param name="entry">The entry to read.</param>
    /// <param name="rules">Its rules with their parts; none if it has problems.</param>
    public static CompiledEntry Compile(RouteEntry entry, out ParsedRule[] rules)
    {
        var problems = new List<RouteProblem>();
        var methods = Methods(entry, problems);
        rules = [.. entry.Rules.Select((_, index) => Parse(entry, index, methods, problems)).OfType<ParsedRule>()];
        if (problems.Count > 0)
        {
            rules = [];
        }

        return new(entry, [.. rules.Select(rule => rule.Rule)], [.. problems]);
    }

    private static MethodSet Methods(RouteEntry entry, List<RouteProblem> problems)
    {
        foreach (var method in entry.Methods)
        {
            if (MethodToken.FirstFault(method) is var position and >= 0)
            {
                problems.Add(new(entry.Key, method, position, "this is not an HTTP method"));
            }
        }

        return MethodSet.Of(entry.Methods);
    }

    private static ParsedRule? Parse(RouteEntry entry, int index, MethodSet methods, List<RouteProblem> problems)
    {
        if (RuleParser.Parse(entry.Rules[index], out var reason, out var position) is { } parts)
        {
            return new(new(entry, index, parts, methods), parts);
        }

        problems.Add(new(entry.Key, entry.Rules[index], position, reason));
        return null;
    }
}
