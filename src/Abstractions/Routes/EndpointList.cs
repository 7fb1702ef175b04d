namespace EndpointSync;

/// <summary>One page of a registry's endpoints, archived ones included, in the order of their ids.</summary>
/// <param name="Endpoints">The endpoints.</param>
/// <param name="Next">The cursor of the next page; null if this is the last.</param>
public sealed record EndpointList(IReadOnlyList<EndpointView> Endpoints, int? Next);
