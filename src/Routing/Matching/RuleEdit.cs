using EndpointSync.Routing.Rules;

namespace EndpointSync.Routing.Matching;

/// <summary>One change to the states: a rule that is added, removed, or replaced in one place.</summary>
/// <param name="Parts">The parts on the way to the place.</param>
/// <param name="Old">The removed rule, which must exist; null if none is removed.</param>
/// <param name="Now">The added rule; null if none is added.</param>
internal readonly record struct RuleEdit(Part[] Parts, Rule? Old, Rule? Now);
