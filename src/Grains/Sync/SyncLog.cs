using EndpointSync.Core;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Grains.Sync;

/// <summary>The log events of a sync transaction: 1100 to 1199.</summary>
internal static partial class SyncLog
{
    [LoggerMessage(1101, LogLevel.Information, "Synced {Count} endpoints for {Registry}: version {From} to {To}")]
    public static partial void Synced(ILogger logger, int count, string registry, RouteVersion from, RouteVersion to);

    [LoggerMessage(
        1102, LogLevel.Information,
        "EndpointSync sync skipped for {Registry}: its lock is held by {Holder}. The registry stays due and is "
        + "retried.")]
    public static partial void Skipped(ILogger logger, string registry, LogText holder);

    [LoggerMessage(
        1103, LogLevel.Warning, "Endpoint '{Name}' (id={Id}) claims to be synced but has no routes - forcing re-sync")]
    public static partial void Orphan(ILogger logger, LogText name, int id);

    [LoggerMessage(
        1104, LogLevel.Warning,
        "Endpoint {Id} '{Name}' of {Registry} was quarantined: {Reason}. The other endpoints are synced without "
        + "it.")]
    public static partial void Quarantined(ILogger logger, int id, LogText name, string registry, LogText reason);

    [LoggerMessage(
        1105, LogLevel.Information,
        "{Count} due endpoints of {Registry} were left for the next sync: another session has their rows open")]
    public static partial void Deferred(ILogger logger, int count, string registry);

    [LoggerMessage(
        1114, LogLevel.Information,
        "Endpoints of {Registry} are left alone while a session that edited them is in its next transaction, for two "
        + "minutes at most: {Edits} The registry stays due.")]
    public static partial void LeftAlone(ILogger logger, string registry, LogText edits);

    [LoggerMessage(
        1119, LogLevel.Information,
        "Synced {Count} endpoints of {Registry}; {Left} are left, because they are too many for one deadline. The sync "
        + "continues")]
    public static partial void Unfinished(ILogger logger, int count, string registry, int left);

    [LoggerMessage(
        1127, LogLevel.Warning,
        "A part of a large sync of {Registry} failed, and the parts before it are served: {Reason} The sync continues")]
    public static partial void PartFailed(ILogger logger, string registry, LogText reason);

    [LoggerMessage(
        1128, LogLevel.Warning,
        "A transaction for {Count} endpoints of {Registry} did not end in time. The next ones have at most {Most}, "
        + "until they end early")]
    public static partial void PartTooLarge(ILogger logger, int count, string registry, int most);

    [LoggerMessage(
        1106, LogLevel.Warning,
        "Could not request the lock of {Registry}: {Detail}. It is treated as held elsewhere: nothing was written.")]
    public static partial void LockFailed(ILogger logger, string registry, LogText detail);

    [LoggerMessage(
        1108, LogLevel.Warning,
        "Could not record the pending sync of {Registry}: {Detail}. It is retried from memory and is lost if this "
        + "silo stops.")]
    public static partial void PendingNotRecorded(ILogger logger, string registry, LogText detail);

    [LoggerMessage(
        1109, LogLevel.Information, "{Operation} of routes of {Registry} by {Writer}, {Locked} the lock: {Outcome}")]
    public static partial void ForeignWrite(
        ILogger logger, string operation, string registry, ForeignWriter writer, string locked, string outcome);

    [LoggerMessage(
        1110, LogLevel.Warning,
        "Another writer keeps undoing repairs of endpoint {Id} of {Registry}: {Repairs} repairs since {Since:O}, "
        + "the last after {Writer}. Until {Until:O} only a reload repairs its routes.")]
    public static partial void BackedOff(
        ILogger logger, int id, string registry, int repairs, DateTimeOffset since, ForeignWriter writer,
        DateTimeOffset until);

    [LoggerMessage(
        1111, LogLevel.Warning, "{Count} more {What} of {Registry} are not logged one by one; its status names them")]
    public static partial void More(ILogger logger, int count, string what, string registry);

    [LoggerMessage(
        1121, LogLevel.Information,
        "{Registry} was rolled back from version {From} to the table of version {To}, as version {Version}, by {By}: "
        + "{Reason}. It is pinned: edits and changes of others wait until it is unpinned.")]
    public static partial void RolledBack(
        ILogger logger, string registry, RouteVersion from, RouteVersion to, RouteVersion version, LogText by,
        LogText reason);

    [LoggerMessage(
        1122, LogLevel.Information,
        "{Registry} was unpinned from the table of version {To} by {By}. A sync publishes what waited.")]
    public static partial void Unpinned(ILogger logger, string registry, RouteVersion to, LogText by);

    [LoggerMessage(
        1123, LogLevel.Warning,
        "Could not bring the row of endpoint {Id} of {Registry} back to the pinned table: {Reason}. Workers of "
        + "EndpointSync serve the pinned table; Odoo's workers serve the row.")]
    public static partial void NotRestored(ILogger logger, int id, string registry, LogText reason);

    [LoggerMessage(
        1112, LogLevel.Warning,
        "The database of {Registry} went back to version {Found}: version {Lost} was served, and it does not have it "
        + "any more. Version {Next} replaces both with what the database has; what was written after version {Found} "
        + "may be lost.")]
    public static partial void PassedLost(
        ILogger logger, string registry, RouteVersion lost, RouteVersion found, RouteVersion next);
}
