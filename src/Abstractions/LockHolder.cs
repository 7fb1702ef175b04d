namespace EndpointSync;

/// <summary>
/// The session that holds a registry's advisory lock, as far as Postgres shows it to the registry's role: of another role's session that is the
/// process, the role and the application, and everything only to a role that is a member of <c>pg_read_all_stats</c>.
/// </summary>
[GenerateSerializer, Immutable, Alias("EndpointSync.LockHolder")]
public sealed record LockHolder
{
    /// <summary>Its backend's process id; 0 for a prepared transaction, which has no backend.</summary>
    [Id(0)] public required int ProcessId { get; init; }

    /// <summary>The name it gave itself; empty when it gave none.</summary>
    [Id(1)] public string Application { get; init; } = "";

    /// <summary>Its database role; empty when Postgres does not say.</summary>
    [Id(2)] public string Role { get; init; } = "";

    /// <summary>The address that it connected from; null for a local socket, and where it is not shown.</summary>
    [Id(3)] public string? Client { get; init; }

    /// <summary>What it does, in Postgres' words, such as <c>idle in transaction</c>; null where it is not shown.</summary>
    [Id(4)] public string? State { get; init; }

    /// <summary>When its transaction began, or since when this silo has seen it hold the lock: <see cref="SinceFirstSeen"/> says which.</summary>
    [Id(5)] public required DateTimeOffset Since { get; init; }

    /// <summary>
    /// Whether <see cref="Since"/> is when this silo first saw it: Postgres keeps no such time for a lock that a session holds outside of
    /// transactions, and shows no times of other roles' sessions. It may have held the lock for longer.
    /// </summary>
    [Id(6)] public required bool SinceFirstSeen { get; init; }

    /// <summary>How long that was when it was looked at, by Postgres' clock.</summary>
    [Id(7)] public required TimeSpan Held { get; init; }

    /// <summary>The statement that it runs, or ran last, on one line and shortened to 200 characters; null where it is not shown.</summary>
    [Id(8)] public string? Query { get; init; }

    /// <summary>The holder in words, without its query.</summary>
    public override string ToString() => string.Join(
        ", ",
        new[]
        {
            ProcessId == 0 ? "a prepared transaction (see pg_prepared_xacts)" : $"backend {ProcessId} of role '{Role}'",
            $"application '{Application}'",
            SinceFirstSeen ? $"first seen {Since:O}" : $"in a transaction since {Since:O}",
            Client is null ? null : $"from {Client}",
            State,
        }.OfType<string>());

    /// <summary>Whether another look found the same session still holding the lock, and not again.</summary>
    internal bool IsSameHold(LockHolder? other) => other is not null && other.ProcessId == ProcessId && other.Since == Since;
}
