using EndpointSync.Bench.Model;
using OxyPlot;
using OxyPlot.Legends;

namespace EndpointSync.Bench.Plots;

/// <summary>A run as a picture: a mark at each median, and a whisker from it to the 99th percentile.</summary>
internal static class PlotFile
{
    private const int Width = 900;
    private const int Height = 480;
    private const int LineHeight = 26;

    /// <summary>Writes the picture, if anything was timed.</summary>
    public static async Task WriteAsync(IComparison comparison, BenchRun run, string path)
    {
        var timed = run.Cases.Where(found => found.Rows.Any(row => row.Times.Count > 0)).ToList();
        if (timed.Count > 0)
        {
            await File.WriteAllTextAsync(path, Svg(comparison, timed));
        }
    }

    private static string Svg(IComparison comparison, List<Case> cases)
    {
        var plot = new PlotModel
        {
            DefaultFont = "Arial",
            Title = comparison.Question,
            TitleFontSize = 16,
            Subtitle = "mark: median, whisker: to the 99th percentile",
            SubtitleFontSize = 12,
            Background = OxyColors.White,
            PlotAreaBorderColor = OxyColors.LightGray,
            Padding = new OxyThickness(8, 8, 24, 8),
        };
        plot.Legends.Add(new Legend
        {
            LegendPlacement = LegendPlacement.Outside,
            LegendPosition = LegendPosition.BottomLeft,
            LegendOrientation = LegendOrientation.Horizontal,
            LegendItemSpacing = 36,
        });
        var isNumbered = cases.Count > 1 && cases.TrueForAll(found => found.Number is not null);
        if (isNumbered)
        {
            NumberedPlot.Draw(plot, comparison.Axis ?? "", cases);
        }
        else
        {
            NamedPlot.Draw(plot, cases);
        }

        var height = isNumbered ? Height : NamedPlot.HeightOf(cases, LineHeight);
        var exporter = new SvgExporter
        {
            Width = Width,
            Height = height,
            TextMeasurer = new WideText(Width, height),
            // Not every viewer knows the attribute that places text by its middle.
            UseVerticalTextAlignmentWorkaround = true,
        };
        return exporter.ExportToString(plot);
    }
}
