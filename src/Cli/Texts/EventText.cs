using EndpointSync.Cli.Api;
using EndpointSync.Cli.Output;
using EndpointSync.Cli.Streams;

namespace EndpointSync.Cli.Texts;

/// <summary>One line for each event.</summary>
internal static class EventText
{
    private const int KindWidth = 13;

    /// <summary>The line; null for a kind that this build does not know.</summary>
    public static Cell? Line(ServerEvent one) => one.Kind switch
    {
        "version" => Of<VersionEvent>(one, data => data.At, data => new Cell(
            $"{data.PreviousVersion} to {data.Version}: {data.RoutesAdded} added, {data.RoutesChanged} changed, "
            + $"{data.RoutesRemoved} removed, for {Columns.Count(data.Callers, "caller")}, by {data.Silo}")),
        "convergence" => Of<ConvergenceEvent>(one, data => data.At, Convergence),
        "quarantine" => Of<QuarantineEvent>(one, data => data.At, Quarantine),
        "lock" => Of<LockEvent>(one, data => data.At, data =>
            data.Holder is { } holder ? new Cell(LockText.Holder(holder), Tone.Warning) : "free"),
        "foreign-write" => Of<ForeignWriteEvent>(one, data => data.At, ForeignWrite),
        "pin" => Of<PinEvent>(one, data => data.At, data => data.Pin is null ? "unpinned" : PinText.Line(data.Pin)),
        "rollout" => Of<RolloutEvent>(one, data => data.At, Rollout),
        "problem" => Of<ProblemEvent>(one, data => data.At, Problem),
        "gap" => Of<GapEvent>(one, data => data.At, data => new Cell(
            data.Reason == "Pruned"
                ? "events are missing: they are older than what is kept. Look at status and history."
                : "events are missing: the database has another history, as after a restored backup. Look at status.",
            Tone.Bad)),
        _ => (Cell?)null,
    };

    private static Cell Of<T>(ServerEvent one, Func<T, DateTimeOffset> at, Func<T, Cell> text)
    {
        var data = ApiAnswer.Read<T>(one.Data);
        var (words, tone) = text(data);
        return new Cell($"{Columns.Text(at(data))}  {one.Kind.PadRight(KindWidth)}  {words}", tone);
    }

    private static Cell Convergence(ConvergenceEvent data)
    {
        var serving = $"version {data.Version} is served by {data.SilosServing} of {Columns.Count(data.Silos, "silo")} "
            + $"and {data.WorkersServing} of {Columns.Count(data.Workers, "worker")}";
        return data.Reached
            ? new Cell(serving, Tone.Good)
            : new Cell(
                $"{serving}; missing: {string.Join(", ", data.Missing.Take(3).Select(one => one.Name))}"
                + (data.MissingCount > 3 ? $" and {data.MissingCount - 3} more" : ""),
                Tone.Warning);
    }

    private static Cell ForeignWrite(ForeignWriteEvent data)
    {
        var routes = data.Keys is { } keys ? string.Join(", ", keys) : "many routes";
        return new Cell(
            $"{data.Operation.ToLowerInvariant()} of {routes} by {data.Writer}, "
            + $"{(data.Locked ? "under the lock" : "without the lock")}: {data.Outcome}",
            data.Locked ? Tone.None : Tone.Warning);
    }

    private static Cell Rollout(RolloutEvent data) => new(
        $"of version {data.Version} to {string.Join(", ", data.Rings.Take((int)data.Reached))}"
        + (data.Reached < data.Rings.Count ? $", then {string.Join(", ", data.Rings.Skip((int)data.Reached))}" : "")
        + $": {data.State}{(data.Reason is { } reason ? $", {reason}" : "")}",
        data.State switch { "Completed" => Tone.Good, "Running" => Tone.None, _ => Tone.Bad });

    private static Cell Quarantine(QuarantineEvent data)
    {
        var names = string.Join(", ", data.Endpoints.Take(3).Select(one => $"{one.Id} ({one.Reason})"));
        var more = data.Count > 3 ? $" and {data.Count - 3} more" : "";
        return data.Change == "Released"
            ? new Cell($"released: {string.Join(", ", data.Endpoints.Take(3).Select(one => one.Id))}{more}", Tone.Good)
            : new Cell($"{data.Change.ToLowerInvariant()}: {names}{more}", Tone.Warning);
    }

    private static Cell Problem(ProblemEvent data)
    {
        var source = $"{data.Source.ToLowerInvariant()} {data.Name ?? data.Silo}";
        return data.Problem is { } problem
            ? new Cell($"{source}: {problem}", Tone.Bad)
            : new Cell($"{source}: over", Tone.Good);
    }
}
