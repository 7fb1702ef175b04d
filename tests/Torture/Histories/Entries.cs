namespace EndpointSync.Tests.Torture.Histories;

/// <summary>The first line.</summary>
/// <param name="Subject">What is attacked.</param>
/// <param name="Seed">The seed of the schedule.</param>
/// <param name="Minutes">How long faults and load last.</param>
internal sealed record RunStarted(string Subject, int Seed, double Minutes) : Entry;

/// <summary>One step of the schedule. A replay does the same steps again.</summary>
/// <param name="Actor">Who does it.</param>
/// <param name="What">What is done.</param>
/// <param name="Target">To which slot, silo or worker.</param>
/// <param name="Length">For how many seconds, where it lasts.</param>
internal sealed record Planned(string Actor, string What, int Target, double Length) : Entry
{
    public double At => Start;
}

/// <summary>How an operation ended, as far as its caller knows.</summary>
internal enum Ending
{
    /// <summary>It was done.</summary>
    Done,

    /// <summary>It was refused, and nothing was changed.</summary>
    Refused,

    /// <summary>Its answer was lost: it may have been done, or may be done later.</summary>
    Unknown,
}

/// <summary>
/// An edit of the endpoint in one slot. Every slot has one editor, and every edit gives it a value of its own.
/// </summary>
/// <param name="Slot">The slot.</param>
/// <param name="By">The way: api, form, sql.</param>
/// <param name="Value">What the slot is from then on: a path and its app, or <see cref="Table.Absent"/>.</param>
/// <param name="Ending">How it ended.</param>
/// <param name="Trace">The trace id of the request, for the audit; null where there is none.</param>
/// <param name="Publishes">Whether the edit's author also publishes it, as Odoo's button does.</param>
internal sealed record Edit(
    int Slot, string By, string Value, Ending Ending, string? Trace = null, bool Publishes = false) : Entry;

/// <summary>A reload and its receipt.</summary>
/// <param name="Silo">The silo that was asked.</param>
/// <param name="Outcome">The receipt's outcome; null without a receipt.</param>
/// <param name="Version">The version of the receipt.</param>
/// <param name="Previous">The version before it.</param>
internal sealed record Reload(string Silo, string? Outcome = null, long Version = 0, long Previous = 0) : Entry
{
    public string? Wait { get; init; }

    public int Deferred { get; init; }

    public int Rejected { get; init; }

    public int Added { get; init; }

    public int Changed { get; init; }

    public int Removed { get; init; }

    /// <summary>Whether all that were waited for serve the version.</summary>
    public bool Reached { get; init; }

    /// <summary>The receipt's convergence, or why there is no receipt.</summary>
    public string? Detail { get; init; }

    /// <summary>Whether everything that was due was done.</summary>
    public bool IsInSync => Outcome is "Synced" or "UpToDate" && Deferred == 0;
}

/// <summary>A worker's answer to a request.</summary>
/// <param name="Worker">The worker and the number of its life, as in worker-1#2.</param>
/// <param name="Path">The requested root path.</param>
/// <param name="Status">The status; 0 without an answer.</param>
/// <param name="Version">The version in the answer; 0 for none.</param>
/// <param name="App">The app that answered.</param>
internal sealed record WorkerAnswer(string Worker, string Path, int Status, long Version, string? App = null) : Entry
{
    /// <summary>The version in X-Min-Route-Version; 0 for none.</summary>
    public long Min { get; init; }

    /// <summary>Whether it was asked at the end, when every worker must serve the newest version.</summary>
    public bool IsLast { get; init; }

    public string? Detail { get; init; }
}

/// <summary>A worker from its readiness to its end.</summary>
internal sealed record WorkerLife(string Worker) : Entry;

/// <summary>A transaction of a writer that is none of ours.</summary>
/// <param name="Writer">Who.</param>
/// <param name="What">What it does.</param>
/// <param name="SqlState">Why its last attempt failed; null if it did not.</param>
/// <param name="Retries">How often it was begun again after a conflict, as Odoo does.</param>
internal sealed record ForeignTransaction(string Writer, string What, string? SqlState, int Retries) : Entry;

/// <summary>
/// A version as a snapshot shows it. It was committed between Start, when it was not there yet, and End.
/// </summary>
/// <param name="Timeline">1 until a standby is promoted.</param>
/// <param name="Version">Its number.</param>
/// <param name="Hash">Its content hash as stored.</param>
/// <param name="Table">Its routes by their keys.</param>
internal sealed record VersionSeen(
    int Timeline, long Version, string Hash, IReadOnlyDictionary<string, TableRoute> Table) : Entry
{
    /// <summary>The content hash of the routes, computed by the observer; null where it was not.</summary>
    public string? Computed { get; init; }

    public int Added { get; init; }

    public int Changed { get; init; }

    public int Removed { get; init; }

    /// <summary>The transaction that made it; empty where that is not known.</summary>
    public string Transaction { get; init; } = "";

    /// <summary>The same with some of its routes alone, for a violation that is about those.</summary>
    public VersionSeen Only(Func<KeyValuePair<string, TableRoute>, bool> isMeant) =>
        this with { Table = Table.Where(isMeant).ToDictionary() };

    /// <summary>The same with the routes of one slot alone.</summary>
    public VersionSeen OnlySlot(int? slot) => Only(route => Histories.Table.SlotOf(route.Value.Path) == slot);
}

/// <summary>A flag that claims what the rows of the same snapshot do not show.</summary>
internal sealed record FlagSeen(int Slot, string Declared, string? Row) : Entry;

/// <summary>A session of ours that wrote routes without the lock.</summary>
internal sealed record UnlockedWriteSeen(string Application, int ProcessId) : Entry;

/// <summary>A row of the audit about an edit of an endpoint.</summary>
internal sealed record AuditRow(string? Trace, string Operation, string Outcome, long Count) : Entry;

/// <summary>A conflict in PostgreSQL's log.</summary>
internal sealed record ServerMessage(string Text) : Entry;

/// <summary>A fault, from its beginning until it was healed.</summary>
/// <param name="What">Its kind.</param>
/// <param name="On">What it struck: a silo, a worker, or one of the names below.</param>
internal sealed record Fault(string What, string On) : Entry
{
    /// <summary>The database server, or sessions of others on it.</summary>
    public const string Database = "database";

    /// <summary>The connections between workers and silos.</summary>
    public const string Links = "links";
}

/// <summary>The standby took over.</summary>
/// <param name="Timeline">The timeline that begins.</param>
/// <param name="LostSince">Since when commits were lost; the promotion's beginning if none was.</param>
internal sealed record Promotion(int Timeline, double LostSince) : Entry;

/// <summary>The wait after all faults, until everything is served everywhere.</summary>
/// <param name="IsReached">Whether that came about.</param>
/// <param name="Detail">What was missing.</param>
internal sealed record Rest(bool IsReached, string Detail) : Entry;
