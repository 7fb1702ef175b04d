using EndpointSync.Bench.Model;

namespace EndpointSync.Bench.Reports;

/// <summary>Everything that a run measured, as a table for people.</summary>
internal static class Table
{
    public static string Of(BenchRun run)
    {
        var rows = run.Cases.SelectMany(found => found.Rows.Select(row => (Case: found, Row: row))).ToList();
        var columns = Columns(run).ToList();
        var cells = rows.Select(row => columns.Select(column => column.Cell(row.Case, row.Row)).ToList())
            .Prepend([.. columns.Select(column => column.Head)])
            .ToList();
        var widths = columns.Select((_, index) => cells.Max(line => line[index].Length)).ToList();
        return string.Join(Environment.NewLine, cells.Select(line => Line(line, columns, widths)));
    }

    private static string Line(List<string> cells, List<Column> columns, List<int> widths) =>
        string.Join("  ", cells.Select((cell, index) => columns[index].IsText
            ? cell.PadRight(widths[index])
            : cell.PadLeft(widths[index]))).TrimEnd();

    private static IEnumerable<Column> Columns(BenchRun run) =>
    [
        new("case", (found, _) => found.Name, IsText: true),
        new("role", (_, row) => row.Role.ToString().ToLowerInvariant(), IsText: true),
        new("what", (_, row) => row.Name, IsText: true),
        new("n", (_, row) => Figures.Count(row.Times.Count)),
        new("median", (_, row) => Figures.Time(row.Times.Median)),
        new("p99", (_, row) => Figures.Time(row.Times.Percentile99)),
        .. Ratios(run),
        .. Counted(run),
    ];

    private static IEnumerable<Column> Ratios(BenchRun run)
    {
        if (run.Cases.Any(found => found.LeastCost is not null))
        {
            yield return new("of floor", (found, row) => Ratio(row, found.LeastCost));
        }

        if (run.Cases.Any(found => found.Rows.Any(row => row.Role == Role.Rival)))
        {
            yield return new(
                "of ours",
                (found,
                    row) => row.Role == Role.Rival ? Ratio(row, found.Rows.FirstOrDefault(
                        other => other.Role == Role.Ours)) : "");
        }
    }

    private static IEnumerable<Column> Counted(BenchRun run) =>
        run.Cases.SelectMany(found => found.Rows).SelectMany(row => row.Counts.Keys).Distinct()
        .Select(
            name => new Column(
                name, (_, row) => row.Counts.TryGetValue(name, out var count) ? Figures.Count(count) : ""));

    private static string Ratio(Row row, Row? other) =>
        other is null ? "" : Figures.Ratio(row.Times.Median / other.Times.Median);

    private sealed record Column(string Head, Func<Case, Row, string> Cell, bool IsText = false);
}
