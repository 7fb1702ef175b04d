namespace EndpointSync;

/// <summary>An endpoint in quarantine: it cannot be routed and is left out until somebody changes it.</summary>
/// <param name="Id">The endpoint's id in <c>fastapi_endpoint</c>.</param>
/// <param name="Name">The endpoint's name.</param>
/// <param name="RootPath">The root path as stored.</param>
/// <param name="Reason">Why it cannot be routed.</param>
[GenerateSerializer, Immutable, Alias("endpointsync.rejected-endpoint")]
public sealed record RejectedEndpoint(
    [property: Id(0)] int Id,
    [property: Id(1)] string Name,
    [property: Id(2)] string? RootPath,
    [property: Id(3)] string Reason);
