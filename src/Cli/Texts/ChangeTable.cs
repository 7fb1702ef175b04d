using EndpointSync.Cli.Api;
using EndpointSync.Cli.Output;

namespace EndpointSync.Cli.Texts;

/// <summary>Routes before and after: a line with <c>-</c>, a line with <c>+</c>.</summary>
internal static class ChangeTable
{
    private static readonly Listing<(string Sign, RouteView Route)> Rows = new(
        row => row.Route.Key,
        new("", row => new Cell(row.Sign, ToneOf(row.Sign))),
        new("KEY", row => row.Route.Key),
        new("APP", row => row.Route.App ?? ""),
        new("ROUTE", row => new Cell(row.Route.Route ?? "", ToneOf(row.Sign))));

    /// <summary>The names of changes alone, for <c>-o name</c>; the rows are printed above them.</summary>
    public static Listing<RouteDifference> Names { get; } = new(change => change.Key);

    public static void Print(Report report, string headline, IReadOnlyList<RouteDifference> changes)
    {
        PrintHeadline(report, headline, changes);
        PrintRows(report, changes);
    }

    /// <summary>Prints how many routes are added, changed and removed.</summary>
    public static void PrintHeadline(Report report, string headline, IReadOnlyList<RouteDifference> changes) =>
        report.Line(
            $"{headline}: {changes.Count(one => one.Before is null)} added, "
            + $"{changes.Count(one => one is { Before: not null, After: not null })} changed, "
            + $"{changes.Count(one => one.After is null)} removed");

    /// <summary>Prints the rows, below an empty line.</summary>
    /// <param name="report">Where to.</param>
    /// <param name="changes">The changes.</param>
    /// <param name="most">How many changes at most; what is left out is counted.</param>
    public static void PrintRows(Report report, IReadOnlyList<RouteDifference> changes, int most = int.MaxValue)
    {
        if (changes.Count == 0)
        {
            return;
        }

        report.Line();
        Rows.Print(report, changes.Take(most).SelectMany(RowsOf));
        if (changes.Count > most)
        {
            report.Line($"and {changes.Count - most} more");
        }
    }

    private static IEnumerable<(string Sign, RouteView Route)> RowsOf(RouteDifference change)
    {
        if (change.Before is { } before)
        {
            yield return ("-", before);
        }

        if (change.After is { } after)
        {
            yield return ("+", after);
        }
    }

    private static Tone ToneOf(string sign) => sign == "-" ? Tone.Bad : Tone.Good;
}
