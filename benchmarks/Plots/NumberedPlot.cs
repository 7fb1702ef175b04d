using EndpointSync.Bench.Model;
using OxyPlot;
using OxyPlot.Axes;

namespace EndpointSync.Bench.Plots;

/// <summary>Cases that are numbered, from left to right, and a line for each row that they share.</summary>
internal static class NumberedPlot
{
    public static void Draw(PlotModel plot, string axisTitle, IReadOnlyList<Case> cases)
    {
        var timed = cases.SelectMany(found => found.Rows).Where(row => row.Times.Count > 0).ToList();
        var (times, unit) = Axes.OfTimes(
            AxisPosition.Left, [.. timed.SelectMany(row => new[] { row.Times.Median, row.Times.Percentile99 })]);
        plot.Axes.Add(Axes.OfNumbers(AxisPosition.Bottom, axisTitle, [.. cases.Select(found => found.Number!.Value)]));
        plot.Axes.Add(times);
        var roles = timed.Select(row => (row.Role, row.Name)).Distinct().GroupBy(row => row.Role);
        foreach (
            var (role, name, index) in roles.SelectMany(
                group => group.Select((row, index) => (row.Role, row.Name, index))))
        {
            var line = Marks.Line(role, name, index);
            var whiskers = Marks.Whiskers(line);
            foreach (var found in cases)
            {
                foreach (
                    var row in found.Rows.Where(row => row.Role == role && row.Name == name && row.Times.Count > 0))
                {
                    var at = found.Number!.Value;
                    line.Points.Add(new DataPoint(at, row.Times.Median / unit));
                    whiskers.Points.AddRange(
                        [line.Points[^1], new DataPoint(at, row.Times.Percentile99 / unit), DataPoint.Undefined]);
                }
            }

            plot.Series.Add(whiskers);
            plot.Series.Add(line);
        }
    }
}
