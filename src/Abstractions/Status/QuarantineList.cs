namespace EndpointSync;

/// <summary>One page of the endpoints of a registry that cannot be routed, in the order of their ids.</summary>
/// <param name="Endpoints">The endpoints, each with the reason.</param>
/// <param name="Next">The cursor of the next page; null if this is the last.</param>
public sealed record QuarantineList(IReadOnlyList<RejectedEndpoint> Endpoints, int? Next);
