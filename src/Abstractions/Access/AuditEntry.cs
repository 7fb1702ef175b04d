using System.Text.Json;

namespace EndpointSync;

/// <summary>One operation that changed something, or was meant to.</summary>
public sealed record AuditEntry
{
    /// <summary>Its number; a later one is greater.</summary>
    public long Id { get; init; }

    /// <summary>When it was asked for: by the silo's clock for what is recorded behind the answer.</summary>
    public DateTimeOffset OccurredAt { get; init; }

    /// <summary>The silo that took the request, or that has the grain that a client called.</summary>
    public required string Silo { get; init; }

    /// <summary>Who asked.</summary>
    public required string Principal { get; init; }

    /// <summary>
    /// The caller's roles, such as <c>operator/openspp</c>; <c>client</c> for a client of the grains.
    /// </summary>
    public string? Role { get; init; }

    /// <summary>
    /// The caller's IP address; null if it came over a Unix socket, or if a client of the grains was gone before it was
    /// asked for.
    /// </summary>
    public string? Address { get; init; }

    /// <summary>
    /// The trace id of the request, as logs and problem details have it; for a grain call that of the application's
    /// request in which it was made, if there was one.
    /// </summary>
    public string? RequestId { get; init; }

    /// <summary>
    /// The operation's id in the API's description, such as <c>changeEndpoint</c>; <c>callGrain</c> for a call that is
    /// not open to clients of the grains.
    /// </summary>
    public required string Operation { get; init; }

    /// <summary>The registry; null for operations on the cluster.</summary>
    public string? Registry { get; init; }

    /// <summary>The endpoint's or key's id, where there is one.</summary>
    public string? Target { get; init; }

    /// <summary>What was there before; null if nothing was, or if nothing changed.</summary>
    public JsonElement? Before { get; init; }

    /// <summary>What is there now; null if nothing is, or if nothing changed.</summary>
    public JsonElement? After { get; init; }

    /// <summary>What became of it.</summary>
    public AuditOutcome Outcome { get; init; }

    /// <summary>The HTTP status of the answer; null if none is recorded.</summary>
    public int? Status { get; init; }

    /// <summary>The outcome in words, or the reason of a refusal.</summary>
    public string? Detail { get; init; }

    /// <summary>The route version that a reload led to.</summary>
    public long? Version { get; init; }

    /// <summary>How many requests it stands for: reloads within a minute that changed nothing share one.</summary>
    public long Count { get; init; } = 1;
}
