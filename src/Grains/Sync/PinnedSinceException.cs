namespace EndpointSync.Grains.Sync;

/// <summary>
/// The registry was pinned between a sync's preflight and its lock. The transaction is rolled back, and the attempt
/// begins anew as one of a pinned registry.
/// </summary>
internal sealed class PinnedSinceException() : Exception("The registry was pinned since the preflight.");
