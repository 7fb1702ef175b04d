namespace EndpointSync.Grains.Access;

/// <summary>A key with the hash that a presented one is compared with.</summary>
internal sealed record StoredKey(ApiKey Details, byte[] Hash);
