namespace EndpointSync;

/// <summary>A registry's pin, and one page of what its end would publish, in the order of the keys.</summary>
/// <param name="Pin">The pin; null if the registry is not pinned.</param>
/// <param name="Changes">The routes that would change without the pin; empty if there is none.</param>
/// <param name="Problem">
/// Why the reload after the end of the pin would be refused, and the parameter that allows it; null if it would not.
/// </param>
/// <param name="Next">The cursor of the next page; null if this is the last.</param>
public sealed record PinDetails(
    Pin? Pin, IReadOnlyList<RouteDifference> Changes, ReloadProblem? Problem, string? Next);
