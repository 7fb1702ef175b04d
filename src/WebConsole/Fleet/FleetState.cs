namespace EndpointSync.WebConsole.Fleet;

/// <summary>The state of a registry in one word, the worst first.</summary>
public enum FleetStateKind
{
    /// <summary>Its database cannot be read.</summary>
    Away,

    /// <summary>Somebody reports that it cannot serve the newest version.</summary>
    Refused,

    /// <summary>Somebody serves an older version for longer than a publication takes.</summary>
    Behind,

    /// <summary>A version is new, and not everybody serves it yet.</summary>
    Converging,

    /// <summary>Everybody serves what it should, and some wait until their ring is given the newest version.</summary>
    RollingOut,

    /// <summary>Nothing was synced yet.</summary>
    Empty,

    /// <summary>Everybody serves the newest version.</summary>
    Served,
}

/// <summary>The state of a registry, and the word that a page shows for it.</summary>
/// <param name="Kind">The state.</param>
/// <param name="Word">The word.</param>
public sealed record FleetState(FleetStateKind Kind, string Word)
{
    /// <summary>How long a publication may take before those without it are called behind.</summary>
    public static readonly TimeSpan Publication = TimeSpan.FromSeconds(10);

    /// <summary>The state of a registry at a time.</summary>
    public static FleetState Of(RegistrySummary summary, DateTimeOffset now) => summary switch
    {
        { Status: null } => new FleetState(FleetStateKind.Away, "Database away"),
        { Share.Refusing: > 0 } => new FleetState(FleetStateKind.Refused, "Refused"),
        { Share.Late: > 0 } when now - summary.Status.ChangedAt <= Publication =>
            new FleetState(FleetStateKind.Converging, "Converging"),
        { Share.Late: > 0 } => new FleetState(FleetStateKind.Behind, "Behind"),
        { Share.Waiting: > 0 } => new FleetState(FleetStateKind.RollingOut, "Rolling out"),
        { Newest.Value: 0 } => new FleetState(FleetStateKind.Empty, "No version yet"),
        _ => new FleetState(FleetStateKind.Served, "Served by all"),
    };
}
