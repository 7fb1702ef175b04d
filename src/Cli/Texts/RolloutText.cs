using EndpointSync.Cli.Api;
using EndpointSync.Cli.Output;

namespace EndpointSync.Cli.Texts;

/// <summary>Describes a rollout.</summary>
internal static class RolloutText
{
    private static readonly Listing<RolloutRing> Rings = new(
        ring => ring.Ring,
        new("RING", ring => ring.Ring),
        new("STATE", State),
        new("WORKERS", ring => ring.DecidedAt is null ? "" : Columns.Text(ring.Workers), IsNumber: true),
        new("REQUESTS", ring => Columns.Text(ring.Answers?.Requests) ?? "", IsNumber: true),
        new("MISSES", ring => Columns.Text(ring.Answers?.Misses) ?? "", IsNumber: true),
        new("ERRORS", ring => Columns.Text(ring.Answers?.Errors) ?? "", IsNumber: true),
        new("DECISION", ring => new Cell(ring.Decision ?? "", ring.Passed == false ? Tone.Bad : Tone.None)));

    /// <summary>One line; null without a rollout.</summary>
    public static Cell Line(Rollout? rollout) => rollout is null
        ? default
        : new Cell(
            $"of version {Columns.Text(rollout.Version)} to "
            + $"{string.Join(", ", rollout.Rings.Select(ring => ring.Ring))} by {rollout.By}: {Words(rollout.State)}",
            ToneOf(rollout.State));

    /// <summary>Prints all of it.</summary>
    public static void Print(Report report, Rollout rollout)
    {
        report.Fields(
            ("rollout", new Cell(Words(rollout.State), ToneOf(rollout.State))),
            ("version", $"{rollout.HeldVersion} to {rollout.Version}"),
            ("by", $"{rollout.By}, {Columns.Text(rollout.StartedAt)}"),
            ("hold", Columns.Duration(rollout.Hold)),
            ("abort on", rollout.AbortOn),
            ("ended", rollout.EndedAt is { } end ? Columns.Text(end) : null),
            ("reason", new Cell(rollout.Reason, Tone.Bad)));
        report.Line();
        Rings.Print(report, rollout.Rings);
    }

    private static Cell State(RolloutRing ring) => ring switch
    {
        { Passed: true } => new Cell("passed", Tone.Good),
        { Passed: false } => new Cell("failed", Tone.Bad),
        { GivenAt: not null } => "watched",
        _ => "waits",
    };

    private static string Words(string state) => state switch
    {
        "Running" => "running",
        "TakingBack" => "the version is being taken back",
        "Completed" => "completed",
        "TakenBack" => "taken back",
        "Stopped" => "stopped by a rollback or an unpin",
        _ => state,
    };

    private static Tone ToneOf(string state) => state switch
    {
        "Running" => Tone.Warning,
        "Completed" => Tone.Good,
        _ => Tone.Bad,
    };
}
