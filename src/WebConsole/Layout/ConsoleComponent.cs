using System.Globalization;
using Microsoft.AspNetCore.Components;

namespace EndpointSync.WebConsole.Layout;

/// <summary>What every component of the console knows: who looks, and how text of others is shown.</summary>
public abstract class ConsoleComponent : ComponentBase
{
    /// <summary>Who looks at the page.</summary>
    [CascadingParameter]
    public Visitor Visitor { get; set; } = null!;

    /// <summary>
    /// Others' text, with the characters that show nothing of their own as codes. Razor encodes what is left for HTML.
    /// </summary>
    protected static string Seen(string? text, int most = int.MaxValue) => VisibleText.Of(text, most);

    /// <summary>A number with separators.</summary>
    protected static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A number and its noun, such as <c>1 worker</c> or <c>2 workers</c>.</summary>
    protected static string Count(long number, string noun) => $"{Count(number)} {noun}{(number == 1 ? "" : "s")}";

    /// <summary>A span as a person says it, such as <c>12 ms</c>, <c>3.4 s</c> or <c>5 min</c>.</summary>
    protected static string Span(TimeSpan span) => span switch
    {
        { TotalSeconds: < 1 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalMilliseconds:0} ms"),
        { TotalMinutes: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.0} s"),
        { TotalHours: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(span.TotalMinutes):0} min"),
        { TotalDays: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(span.TotalHours):0} h"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor(span.TotalDays):0} days"),
    };
}
