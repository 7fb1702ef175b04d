namespace EndpointSync.Grains.Access;

/// <summary>A session of the console.</summary>
/// <param name="Hash">The SHA-256 of the session's secret.</param>
/// <param name="Owner">Who it stands for.</param>
/// <param name="ExpiresAt">When it ends, whatever happens.</param>
internal sealed record StoredSession(byte[] Hash, SessionOwner Owner, DateTimeOffset ExpiresAt);
