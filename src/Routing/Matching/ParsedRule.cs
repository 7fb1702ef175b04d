using EndpointSync.Routing.Rules;

namespace EndpointSync.Routing.Matching;

/// <summary>A rule with the parts that lead to it.</summary>
internal sealed record ParsedRule(Rule Rule, Part[] Parts)
{
    /// <summary>Reads the text of a rule again that was read before.</summary>
    public static ParsedRule Again(Rule rule) => new(rule, RuleParser.Parse(rule.Text, out _, out _)!);
}
