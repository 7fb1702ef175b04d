using EndpointSync.Bench.Model;
using OxyPlot;
using OxyPlot.Axes;

namespace EndpointSync.Bench.Plots;

/// <summary>Cases that have names, from top to bottom, and a line of the picture for each of their rows.</summary>
internal static class NamedPlot
{
    private const int Frame = 170;

    public static int HeightOf(IReadOnlyList<Case> cases, int lineHeight) => Frame + (lineHeight * Timed(cases).Count);

    public static void Draw(PlotModel plot, IReadOnlyList<Case> cases)
    {
        var timed = Timed(cases);
        var (times, unit) = Axes.OfTimes(
            AxisPosition.Bottom, [.. timed.SelectMany(row => new[] { row.Times.Median, row.Times.Percentile99 })]);
        var names =
            new CategoryAxis { Position = AxisPosition.Left, StartPosition = 1, EndPosition = 0, GapWidth = 0.4 };
        names.Labels.AddRange(timed.Select(row => cases.Count == 1 ? row.Name : $"{row.CaseName}: {row.Name}"));
        plot.Axes.Add(times);
        plot.Axes.Add(names);
        foreach (var role in timed.Select(row => row.Role).Distinct())
        {
            var line = Marks.Line(role, role.ToString().ToLowerInvariant(), 0);
            line.LineStyle = LineStyle.None;
            var whiskers = Marks.Whiskers(line);
            foreach (
                var (row, index) in timed.Select((row, index) => (row, index)).Where(entry => entry.row.Role == role))
            {
                line.Points.Add(new DataPoint(row.Times.Median / unit, index));
                whiskers.Points.AddRange(
                    [line.Points[^1], new DataPoint(row.Times.Percentile99 / unit, index), DataPoint.Undefined]);
            }

            plot.Series.Add(whiskers);
            plot.Series.Add(line);
        }
    }

    private static List<Row> Timed(IReadOnlyList<Case> cases) =>
        [.. cases.SelectMany(found => found.Rows).Where(row => row.Times.Count > 0)];
}
