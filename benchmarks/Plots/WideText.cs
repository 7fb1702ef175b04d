using OxyPlot;

namespace EndpointSync.Bench.Plots;

/// <summary>
/// Measures text with room to spare: the font that a picture is shown with is seldom the one that it was measured with,
/// and often wider.
/// </summary>
internal sealed class WideText : PdfRenderContext
{
    private const double Spare = 1.3;

    public WideText(double width, double height)
        : base(width, height, OxyColors.White)
    {
    }

    public override OxySize MeasureText(string text, string fontFamily, double fontSize, double fontWeight)
    {
        var size = base.MeasureText(text, fontFamily, fontSize, fontWeight);
        return new OxySize(size.Width * Spare, size.Height * Spare);
    }
}
