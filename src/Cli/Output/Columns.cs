using System.Globalization;

namespace EndpointSync.Cli.Output;

/// <summary>Values as the commands print them.</summary>
internal static class Columns
{
    public static string Text(bool value) => value ? "yes" : "no";

    public static string Text(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    public static string? Text(long? number) => number is { } given ? Text(given) : null;

    public static string Milliseconds(TimeSpan span) => $"{span.TotalMilliseconds:0.#} ms";

    public static string Seconds(TimeSpan span) => $"{span.TotalSeconds:0.0} s";

    /// <summary>A duration for a person: its two largest units.</summary>
    public static string Duration(TimeSpan span) => span switch
    {
        { TotalSeconds: < 60 } => Seconds(span),
        { TotalMinutes: < 60 } => $"{span.Minutes} min {span.Seconds} s",
        { TotalHours: < 24 } => $"{span.Hours} h {span.Minutes} min",
        _ => $"{span.Days} d {span.Hours} h",
    };

    /// <summary>A number of things.</summary>
    public static string Count(long number, string what) => number == 1 ? $"1 {what}" : $"{Text(number)} {what}s";
}
