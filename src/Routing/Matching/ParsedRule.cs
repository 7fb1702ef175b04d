using EndpointSync.Routing.Rules;

namespace EndpointSync.Routing.Matching;

/// <summary>A rule with all of its parts.</summary>
internal readonly record struct ParsedRule(Rule Rule, Part[] Parts);
