namespace EndpointSync.Demo;

/// <summary>The number of processes to start.</summary>
/// <param name="Silos">1 to <see cref="Most"/>.</param>
/// <param name="Workers">0 to <see cref="Most"/>; null if the command line does not set it.</param>
internal sealed record FleetSize(int Silos = 1, int? Workers = null)
{
    public const int Most = 9;

    /// <summary>
    /// Parses <c>--silos N</c> and <c>--workers N</c>, in any order; null if the arguments are invalid.
    /// </summary>
    public static FleetSize? Read(ReadOnlySpan<string> arguments) => arguments switch
    {
        [] => new FleetSize(),
        ["--silos", var count, .. var rest] when Count(count, least: 1) is { } silos =>
            Read(rest) is { } size ? size with { Silos = silos } : null,
        ["--workers", var count, .. var rest] when Count(count, least: 0) is { } workers =>
            Read(rest) is { } size ? size with { Workers = workers } : null,
        _ => null,
    };

    private static int? Count(string text, int least) =>
        int.TryParse(text, out var count) && count >= least && count <= Most ? count : null;
}
