namespace EndpointSync;

/// <summary>
/// The session that holds a registry's advisory lock, as far as Postgres shows it to the registry's role. For another
/// role's session, Postgres shows the process, the role and the application; only a member of <c>pg_read_all_stats</c>
/// sees the rest.
/// </summary>
[GenerateSerializer, Immutable, Alias("endpointsync.lock-holder")]
public sealed record LockHolder
{
    /// <summary>The process id of the backend; 0 for a prepared transaction, which has no backend.</summary>
    [Id(0)] public required int ProcessId { get; init; }

    /// <summary>The session's application name; empty if it set none.</summary>
    [Id(1)] public string Application { get; init; } = "";

    /// <summary>The session's database role; empty if Postgres does not show it.</summary>
    [Id(2)] public string Role { get; init; } = "";

    /// <summary>The client's address; null for a local socket, or if Postgres does not show it.</summary>
    [Id(3)] public string? Client { get; init; }

    /// <summary>
    /// The session's state as Postgres reports it, such as <c>idle in transaction</c>; null if it is not shown.
    /// </summary>
    [Id(4)] public string? State { get; init; }

    /// <summary>
    /// When the session's transaction began, or when this silo first saw the session hold the lock, if
    /// <see cref="SinceFirstSeen"/> is true.
    /// </summary>
    [Id(5)] public required DateTimeOffset Since { get; init; }

    /// <summary>
    /// Whether <see cref="Since"/> is when this silo first saw the session hold the lock; the session may have held it
    /// for longer. Postgres records no time for a lock held outside a transaction, and hides the times of other roles'
    /// sessions.
    /// </summary>
    [Id(6)] public required bool SinceFirstSeen { get; init; }

    /// <summary>The time from <see cref="Since"/> to the query, by Postgres' clock.</summary>
    [Id(7)] public required TimeSpan Held { get; init; }

    /// <summary>
    /// The statement that the session runs or ran last, on one line and cut to 200 characters; null if it is not shown.
    /// </summary>
    [Id(8)] public string? Query { get; init; }

    /// <summary>The holder as text, without its query.</summary>
    public override string ToString() => VisibleText.Of(string.Join(
        ", ",
        new[]
        {
            ProcessId == 0 ? "a prepared transaction (see pg_prepared_xacts)" : $"backend {ProcessId} of role '{Role}'",
            $"application '{Application}'",
            SinceFirstSeen ? $"first seen {Since:O}" : $"in a transaction since {Since:O}",
            Client is null ? null : $"from {Client}",
            State,
        }.OfType<string>()));

    /// <summary>Whether another query found the same session in the same hold, and not in a later one.</summary>
    internal bool IsSameHold(LockHolder? other) =>
        other is not null && other.ProcessId == ProcessId && other.Since == Since;
}
