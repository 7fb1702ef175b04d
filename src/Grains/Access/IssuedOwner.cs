namespace EndpointSync.Grains.Access;

/// <summary>Somebody whom an issuer of tokens knows.</summary>
/// <param name="Caller">The caller's name.</param>
/// <param name="Grants">What the issuer allowed, as text.</param>
internal sealed record IssuedOwner(string Caller, IReadOnlyList<string> Grants) : SessionOwner;
