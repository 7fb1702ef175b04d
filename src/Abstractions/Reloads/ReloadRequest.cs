using System.Diagnostics;
using EndpointSync.Core;

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
/// <param name="AllowMassRemoval">
/// Whether the sync may remove more than 10 routes that are half of all or more, because their endpoints are gone or
/// archived. Otherwise it is answered <see cref="ReloadOutcome.Failed"/> and writes nothing.
/// </param>
/// <param name="Attach">
/// Whether the first sync of a registry may change or delete rows that Odoo serves. Otherwise it is answered
/// <see cref="ReloadOutcome.Failed"/>, says what it would do, and writes nothing.
/// </param>
[GenerateSerializer, Immutable, Alias("endpointsync.reload-request")]
public sealed record ReloadRequest(
    [property: Id(0)] int Callers = 1, [property: Id(1)] ReloadScope Scope = ReloadScope.Everything,
    [property: Id(2)] TimeSpan LockTimeout = default, [property: Id(3)] bool AllowMassRemoval = false,
    [property: Id(4)] bool Attach = false)
{
    // What a storm's sync links to is for people to look at, not for completeness.
    private const int MostTraces = 20;

    // Null if there are none, which is also what the request of an older silo has.
    [Id(5)] private readonly IReadOnlyList<string>? _traces;

    /// <summary>The places in their traces of those that ask, as far as they are traced; only the first ones.</summary>
    internal IReadOnlyList<string> Traces
    {
        get => _traces ?? [];
        init => _traces = value.Count == 0 ? null : value;
    }

    /// <summary>
    /// Merges two requests: the sum of their callers, the wider of their scopes, what either allows, without a wait for
    /// the lock.
    /// </summary>
    internal static ReloadRequest Merge(ReloadRequest first, ReloadRequest second) => new(
        first.Callers + second.Callers,
        first.Scope == ReloadScope.Everything ? first.Scope : second.Scope,
        AllowMassRemoval: first.AllowMassRemoval || second.AllowMassRemoval,
        Attach: first.Attach || second.Attach)
    {
        Traces = first.Traces.Count >= MostTraces || second.Traces.Count == 0
            ? first.Traces
            : [.. first.Traces.Concat(second.Traces).Distinct(StringComparer.Ordinal).Take(MostTraces)],
    };

    /// <summary>This request with the place of the activity in which it is made, unless it has one.</summary>
    internal ReloadRequest FromHere() => Traces.Count == 0 && TraceParent.Of(Activity.Current) is { } trace
        ? this with { Traces = [trace] }
        : this;
}
