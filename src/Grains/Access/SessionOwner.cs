namespace EndpointSync.Grains.Access;

/// <summary>Who a session of the console stands for: a key, or somebody whom an issuer of tokens knows.</summary>
/// <param name="KeyId">The key's id; null for a configured key.</param>
/// <param name="KeyHash">The key's hash, as one that was presented; no key has that of an issuer's caller.</param>
/// <param name="Caller">The caller's name from an issuer; null for a key.</param>
/// <param name="Grants">What the issuer allowed, as text; none for a key.</param>
internal sealed record SessionOwner(string? KeyId, byte[] KeyHash, string? Caller, IReadOnlyList<string> Grants)
{
    private const int HashBytes = 32;

    /// <summary>A key. Each request checks it again.</summary>
    public static SessionOwner Key(string? id, byte[] hash) => new(id, hash, Caller: null, Grants: []);

    /// <summary>Somebody whom an issuer knows.</summary>
    public static SessionOwner Issued(string caller, IReadOnlyList<string> grants) =>
        new(KeyId: null, new byte[HashBytes], caller, grants);
}
