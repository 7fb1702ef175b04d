using EndpointSync.Routing.Rules;

namespace EndpointSync.Routing.Matching;

/// <summary>A rule with the parts that lead to it.</summary>
internal readonly record struct ParsedRule(Rule Rule, Part[] Parts);
