namespace EndpointSync.Grains.Access;

/// <summary>A key, which each request of the session checks again.</summary>
/// <param name="Id">The key's id; null for a configured key.</param>
/// <param name="Hash">The key's hash, as one that was presented.</param>
internal sealed record KeyOwner(string? Id, byte[] Hash) : SessionOwner;
