using System.Globalization;
using EndpointSync.Grains.Sync.Planning;

namespace EndpointSync.Tests.Unit.Model;

/// <summary>What an endpoint declares.</summary>
internal sealed record ModelEndpoint(string Path, bool IsFlagged, int App);

/// <summary>What the newest version serves for an endpoint.</summary>
internal sealed record ModelRoute(string Path, int App);

/// <summary>The effect of one statement, as the triggers record it.</summary>
internal enum ModelChange
{
    Edit,
    Flag,
    Rows,
    AllRows,
    Left,
}

/// <summary>A recorded change.</summary>
internal sealed record ModelRecord(ModelChange Change, int[] Ids, bool IsRecent)
{
    public PendingChange At(int position) => new(
        position, AwaitsReload: Change == ModelChange.Edit, IsAnnouncement: Change == ModelChange.Flag, IsRecent,
        Change is ModelChange.Edit or ModelChange.Flag or ModelChange.Left ? Ids : null,
        Change == ModelChange.Rows
            ? [.. Ids.Select(id => ExpectedRoute.For(id, "/a", saveHttpSession: false).Key)]
            : null,
        Change.ToString(), DateTimeOffset.UnixEpoch, new ForeignWriter("someone", "", 1, null),
        Change is ModelChange.Rows or ModelChange.AllRows ? false : null);
}

/// <summary>
/// The variables of docs/protocol.md, "State machine", for a registry of two endpoints. Endpoint n is at index n - 1.
/// </summary>
internal sealed record ModelState
{
    public const int Endpoints = 2;

    /// <summary><c>fastapi_endpoint</c>.</summary>
    public required IReadOnlyList<ModelEndpoint?> Declared { get; init; }

    /// <summary><c>endpoint_route</c>: the path of each endpoint's row.</summary>
    public required IReadOnlyList<string?> Rows { get; init; }

    /// <summary><c>endpoint_sync.routes</c>.</summary>
    public required IReadOnlyList<ModelRoute?> Version { get; init; }

    /// <summary><c>endpoint_sync.pending_changes</c>, oldest first.</summary>
    public IReadOnlyList<ModelRecord> Records { get; init; } = [];

    /// <summary><c>endpoint_sync.quarantine</c>.</summary>
    public IReadOnlyList<bool> Quarantined { get; init; } = [false, false];

    /// <summary><c>endpoint_sync.repair_backoffs</c>, those that are active.</summary>
    public IReadOnlyList<bool> BackedOff { get; init; } = [false, false];

    /// <summary><c>endpoint_sync.pending_syncs</c> has a row.</summary>
    public bool IsSyncPending { get; init; }

    /// <summary><c>endpoint_sync.state.pinned_hash</c> is there.</summary>
    public bool IsPinned { get; init; }

    /// <summary><c>endpoint_sync.state.bumped_version</c> is behind.</summary>
    public bool IsBumpDue { get; init; }

    /// <summary>Not stored anywhere: the endpoints that were edited, and nobody has asked to publish that.</summary>
    public IReadOnlyList<bool> Unasked { get; init; } = [false, false];

    /// <summary>Not stored anywhere: whether somebody asked for a reload that has not been done.</summary>
    public bool IsReloadAsked { get; init; }

    /// <summary>Both endpoints in sync, with different paths.</summary>
    public static ModelState Initial { get; } = new()
    {
        Declared = [new ModelEndpoint("/a", true, 0), new ModelEndpoint("/b", true, 0)],
        Rows = ["/a", "/b"],
        Version = [new ModelRoute("/a", 0), new ModelRoute("/b", 0)],
    };

    /// <summary>Both endpoints want one path, so the second is quarantined.</summary>
    public static ModelState Rivals { get; } = new()
    {
        Declared = [new ModelEndpoint("/a", true, 0), new ModelEndpoint("/a", false, 0)],
        Rows = ["/a", null],
        Version = [new ModelRoute("/a", 0), null],
        Quarantined = [false, true],
    };

    public static IEnumerable<int> Ids => Enumerable.Range(1, Endpoints);

    /// <summary>The same text for the same state.</summary>
    public string Key => string.Create(
        CultureInfo.InvariantCulture,
        $"{Join(Declared)}|{Join(Rows)}|{Join(Version)}|{Join(Quarantined)}|{Join(BackedOff)}|{Join(Unasked)}|"
        + $"{IsSyncPending}{IsBumpDue}{IsReloadAsked}{IsPinned}|"
        + $"{Join(Records.Select(record => $"{record.Change}{Join(record.Ids)}{record.IsRecent}"))}");

    public ModelState Recorded(ModelChange change, params int[] ids) =>
        this with { Records = [.. Records, new ModelRecord(change, ids, IsRecent: change == ModelChange.Flag)] };

    public IReadOnlyList<PendingChange> Pending() => [.. Records.Select((record, at) => record.At(at + 1))];

    public static IReadOnlyList<T> Set<T>(IReadOnlyList<T> all, int id, T value) =>
        [.. all.Select((old, at) => at == id - 1 ? value : old)];

    private static string Join<T>(IEnumerable<T> all) => string.Join(',', all);
}
