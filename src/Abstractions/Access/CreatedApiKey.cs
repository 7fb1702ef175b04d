namespace EndpointSync;

/// <summary>A new key. This is the only time that the key itself is shown.</summary>
/// <param name="Key">The secret.</param>
/// <param name="Details">What is stored of it.</param>
public sealed record CreatedApiKey(string Key, ApiKey Details);
