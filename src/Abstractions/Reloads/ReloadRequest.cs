namespace EndpointSync;

/// <summary>A request to make a registry current.</summary>
/// <param name="Callers">
/// How many callers this request represents; a gate that coalesces callers sends one request for all of them.
/// </param>
/// <param name="Scope">What to make current.</param>
/// <param name="LockTimeout">
/// How long to wait for the registry's lock while another process holds it. With zero, the default, the reload is
/// answered <see cref="ReloadOutcome.Skipped"/> at once, and the silos retry after the answer.
/// </param>
[GenerateSerializer, Immutable, Alias("endpointsync.reload-request")]
public sealed record ReloadRequest(
    [property: Id(0)] int Callers = 1, [property: Id(1)] ReloadScope Scope = ReloadScope.Everything,
    [property: Id(2)] TimeSpan LockTimeout = default)
{
    /// <summary>
    /// Merges two requests: the sum of their callers and the wider of their scopes, without a wait for the lock.
    /// </summary>
    internal static ReloadRequest Merge(ReloadRequest first, ReloadRequest second) => new(
        first.Callers + second.Callers,
        first.Scope == ReloadScope.Everything ? first.Scope : second.Scope);
}
