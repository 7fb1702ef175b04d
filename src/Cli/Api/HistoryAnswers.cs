namespace EndpointSync.Cli.Api;

/// <summary>A page of versions, newest first.</summary>
internal sealed record VersionPage(IReadOnlyList<VersionReceipt> Versions, long? Next);

/// <summary>A version and what made it.</summary>
internal sealed record VersionReceipt(
    long Version, DateTimeOffset SyncedAt, string Silo, string ContentHash, long EndpointsSynced, long RoutesAdded,
    long RoutesChanged, long RoutesRemoved, long Callers, RollbackOrigin? Rollback = null);

/// <summary>The rollback that made a version.</summary>
internal sealed record RollbackOrigin(
    long ToVersion, long FromVersion, string By, string? Reason = null, TimeSpan? ServedFor = null);

/// <summary>A version with the other writers that led to it.</summary>
internal sealed record VersionDetails(VersionReceipt Receipt, IReadOnlyList<ForeignWrite> Writes);

/// <summary>A page of the routes of a version.</summary>
internal sealed record RouteList(long Version, IReadOnlyList<RouteView> Routes, string? Next);

/// <summary>A route.</summary>
internal sealed record RouteView(string Key, string? Route, long Since, string? Opts, string? Routing, string? App);

/// <summary>A page of what differs between two versions.</summary>
internal sealed record RouteDiff(long From, long To, IReadOnlyList<RouteDifference> Changes, string? Next);

/// <summary>A route before and after; null where there is none.</summary>
internal sealed record RouteDifference(string Key, RouteView? Before, RouteView? After);

/// <summary>A page of rules that compete.</summary>
internal sealed record OverlapList(long Version, IReadOnlyList<RuleOverlap> Overlaps, long? Next);

/// <summary>Two rules that match the same requests.</summary>
internal sealed record RuleOverlap(
    string Kind, string FirstKey, string FirstRule, string SecondKey, string SecondRule, IReadOnlyList<string> Methods);

/// <summary>Which rule answers a request, in each version that is served.</summary>
internal sealed record Explanation(string Method, string Path, IReadOnlyList<ExplainedVersion> Versions);

/// <summary>Which rule answers a request in one version.</summary>
internal sealed record ExplainedVersion(
    long Version, IReadOnlyList<string> ServedBy, long ServedByCount, string Outcome,
    IReadOnlyDictionary<string, string>? Values, IReadOnlyList<ExplainedRule> Rules);

/// <summary>Why a rule answers a request, or does not.</summary>
internal sealed record ExplainedRule(string Key, string Rule, string? App, string Reason);
