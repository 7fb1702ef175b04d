using EndpointSync.Routing.Matching;
using EndpointSync.Routing.Methods;
using EndpointSync.Routing.Tries;

namespace EndpointSync.Routing.Rules;

/// <summary>An entry with its parsed rules; it has none if it has problems.</summary>
internal sealed class CompiledEntry : Keyed
{
    private CompiledEntry(RouteEntry entry, Rule[] rules, RouteProblem[] problems)
        : base(entry.Key, HashOf(entry.Key)) => (Entry, Rules, Problems) = (entry, rules, problems);

    public RouteEntry Entry { get; }

    public Rule[] Rules { get; }

    public RouteProblem[] Problems { get; }

    public override Rule? First => null;

    /// <param name="entry">The entry to parse.</param>
    /// <param name="parser">The parser of its rules.</param>
    /// <param name="rules">The entry's rules with their parts; none if it has problems.</param>
    public static CompiledEntry Compile(RouteEntry entry, RuleParser parser, out ParsedRule[] rules)
    {
        List<RouteProblem>? problems = null;
        var methods = Methods(entry, ref problems);
        rules = new ParsedRule[entry.Rules.Count];
        for (var index = 0; index < rules.Length; index++)
        {
            if (parser.Parse(entry.Rules[index], out var reason, out var position) is { } parts)
            {
                rules[index] = new(new(entry, index, parts, methods), parts);
            }
            else
            {
                (problems ??= []).Add(new(entry.Key, entry.Rules[index], position, reason));
            }
        }

        rules = problems is null ? rules : [];
        return new(entry, Array.ConvertAll(rules, rule => rule.Rule), problems is null ? [] : [.. problems]);
    }

    private static MethodSet Methods(RouteEntry entry, ref List<RouteProblem>? problems)
    {
        for (var index = 0; index < entry.Methods.Count; index++)
        {
            if (MethodToken.FirstFault(entry.Methods[index]) is var position and >= 0)
            {
                (problems ??= []).Add(new(entry.Key, entry.Methods[index], position, "this is not an HTTP method"));
            }
        }

        return MethodSet.Of(entry.Methods);
    }
}
