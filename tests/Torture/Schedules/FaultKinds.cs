namespace EndpointSync.Tests.Torture.Schedules;

/// <summary>The faults by their kinds, as the command line names these.</summary>
internal static class FaultKinds
{
    /// <summary>The only fault of links that lets every message through.</summary>
    public const string DelayOfWorkers = "delay worker links";

    /// <summary>Faults of processes and of the server: one at a time.</summary>
    public static readonly IReadOnlyDictionary<string, string[]> OfProcesses = new Dictionary<string, string[]>
    {
        ["silos"] = ["kill silo", "stop silo", "restart silo"],
        ["workers"] = ["kill worker", "stop worker", "restart worker"],
        ["postgres"] = ["restart postgres", "crash postgres", "kill postmaster", "stop postgres"],
    };

    /// <summary>Faults of sessions and connections, beside the others.</summary>
    public static readonly IReadOnlyDictionary<string, string[]> OfSessions = new Dictionary<string, string[]>
    {
        ["backends"] = ["end a backend", "end all backends", "kill a backend"],
        ["lock"] = ["hold the lock"],
        ["snapshots"] = ["keep a snapshot"],
        ["triggers"] = ["drop a trigger", "disable a trigger"],
        ["connections"] = ["fill connections"],
        ["links"] =
        [
            "cut a worker link", "hold a worker link", DelayOfWorkers, "cut a database link",
            "hold a database link", "hold a database's answers", "delay database links",
        ],
    };

    /// <summary>A promotion happens once in a run.</summary>
    public static readonly IReadOnlyDictionary<string, string[]> Once = new Dictionary<string, string[]>
    {
        ["promotion"] = ["promote", "promote and lose"],
    };

    public static IReadOnlyList<string> All { get; } = [.. OfProcesses.Keys, .. OfSessions.Keys, .. Once.Keys];

    /// <summary>What may be chosen: whole kinds, and single faults.</summary>
    public static IEnumerable<string> Choices { get; } =
    [
        .. All,
        .. new[] { OfProcesses, OfSessions, Once }.SelectMany(kinds => kinds.Values).SelectMany(faults => faults),
    ];

    public static string[] Of(IReadOnlyDictionary<string, string[]> kinds, IReadOnlyCollection<string> chosen) =>
    [
        .. kinds.SelectMany(kind => kind.Value.Where(fault => chosen.Contains(kind.Key) || chosen.Contains(fault))),
    ];
}
