using EndpointSync.Routing.Rules;

namespace EndpointSync.Routing.Matching;

/// <summary>One step of a change to the states: a rule that comes, one that goes, or both in one place.</summary>
/// <param name="Parts">The parts that lead to the place.</param>
/// <param name="Old">The rule that goes, which is there; null if none does.</param>
/// <param name="Now">The rule that comes; null if none does.</param>
internal readonly record struct RuleEdit(Part[] Parts, Rule? Old, Rule? Now);
