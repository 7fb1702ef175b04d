using System.Globalization;
using EndpointSync.Tests.Torture.Checking;
using EndpointSync.Tests.Torture.Histories;

namespace EndpointSync.Tests.Torture;

/// <summary>What a run did, in numbers, and what it found.</summary>
internal static class Report
{
    private const int MostShown = 5;

    public static string Of(IReadOnlyList<Entry> entries, IReadOnlyList<Violation> violations)
    {
        var run = entries.OfType<RunStarted>().Single();
        var lines = new List<string>
        {
            string.Create(
                CultureInfo.InvariantCulture,
                $"{run.Subject}, seed {run.Seed}, {run.Minutes} min: {Operations(entries)} operations, "
                + $"{entries.OfType<WorkerAnswer>().Count()} requests, {Versions(entries)} versions"),
            $"reloads: {Counts(entries.OfType<Reload>().Select(reload => reload.Outcome ?? "no receipt"))}",
            $"edits: {Counts(entries.OfType<Edit>().Select(edit => $"{edit.Ending}"))}",
            $"answers: {Counts(entries.OfType<WorkerAnswer>().Select(answer => $"{answer.Status}"))}",
            $"foreign transactions: "
                + Counts(entries.OfType<ForeignTransaction>().Select(write => write.SqlState ?? "done"))
                + $", {entries.OfType<ForeignTransaction>().Sum(write => write.Retries)} retries",
            $"faults: {Counts(entries.OfType<Fault>().Select(fault => fault.What))}",
        };
        lines.AddRange(
            entries.OfType<Rest>().Select(rest => string.Create(
                CultureInfo.InvariantCulture, $"at rest {rest.End - rest.Start:0.0} s after the last fault")));
        lines.Add(violations.Count == 0
            ? "no violation"
            : $"{violations.Count} violations: {Counts(violations.Select(violation => violation.Rule))}");

        // Those that need the fewest entries say most.
        lines.AddRange(violations
            .GroupBy(violation => violation.Rule)
            .Select(rule => rule.MinBy(violation => violation.Shown.Count)!)
            .Take(MostShown)
            .Select(violation => violation.ToString()));
        return string.Join('\n', lines);
    }

    private static int Operations(IReadOnlyList<Entry> entries) =>
        entries.Count(entry => entry is Edit or Reload or ForeignTransaction);

    private static int Versions(IReadOnlyList<Entry> entries) =>
        entries.OfType<VersionSeen>().DistinctBy(seen => (seen.Timeline, seen.Version)).Count();

    private static string Counts(IEnumerable<string> names) => string.Join(
        ", ",
        names.CountBy(name => name)
            .OrderByDescending(count => count.Value)
            .Select(count => $"{count.Value} {count.Key}"));
}
