using EndpointSync.Bench.Model;
using OxyPlot;
using OxyPlot.Series;

namespace EndpointSync.Bench.Plots;

/// <summary>The marks of a row wherever it is plotted, distinguished by shape as well as by colour.</summary>
internal static class Marks
{
    private static readonly (OxyColor Color, MarkerType Shape) Floor =
        (OxyColor.FromRgb(110, 110, 110), MarkerType.Square);

    private static readonly (OxyColor Color, MarkerType Shape)[] Ours =
    [
        (OxyColor.FromRgb(0, 95, 175), MarkerType.Circle), (OxyColor.FromRgb(0, 150, 170), MarkerType.Circle),
        (OxyColor.FromRgb(90, 60, 170), MarkerType.Circle),
    ];

    private static readonly (OxyColor Color, MarkerType Shape)[] Rivals =
    [
        (OxyColor.FromRgb(200, 80, 0), MarkerType.Triangle), (OxyColor.FromRgb(160, 0, 90), MarkerType.Diamond),
        (OxyColor.FromRgb(90, 120, 0), MarkerType.Triangle),
    ];

    private static readonly (OxyColor Color, MarkerType Shape)[] Parts =
    [
        (OxyColor.FromRgb(130, 160, 190), MarkerType.Circle), (OxyColor.FromRgb(170, 150, 190), MarkerType.Diamond),
        (OxyColor.FromRgb(150, 170, 130), MarkerType.Triangle),
    ];

    /// <summary>The line of a row through its medians.</summary>
    /// <param name="role">What the row stands for.</param>
    /// <param name="name">What the legend calls it.</param>
    /// <param name="index">How many rows of its role come before it.</param>
    public static LineSeries Line(Role role, string name, int index)
    {
        var (color, shape) = Of(role, index);
        return new LineSeries
        {
            Title = name,
            Color = color,
            MarkerType = shape,
            MarkerFill = color,
            MarkerSize = 5,
            StrokeThickness = role == Role.Ours ? 2.5 : 1.5,
            LineStyle = role == Role.Part ? LineStyle.Dot : LineStyle.Solid,
        };
    }

    /// <summary>The whiskers of a row; points come in pairs with a gap behind each.</summary>
    public static LineSeries Whiskers(LineSeries of) =>
        new() { Color = OxyColor.FromAColor(140, of.Color), StrokeThickness = 1.5 };

    private static (OxyColor Color, MarkerType Shape) Of(Role role, int index) => role switch
    {
        Role.Floor => Floor,
        Role.Ours => Ours[index % Ours.Length],
        Role.Rival => Rivals[index % Rivals.Length],
        _ => Parts[index % Parts.Length],
    };
}
