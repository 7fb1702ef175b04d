namespace EndpointSync.Demo;

/// <summary>The number of processes to start, and whether they may have a PostgreSQL of their own.</summary>
/// <param name="Silos">1 to <see cref="Most"/>.</param>
/// <param name="Workers">0 to <see cref="Most"/>; null if the command line does not set it.</param>
/// <param name="PrivatePostgres">Whether the command line asks for it.</param>
internal sealed record FleetSize(int Silos = 1, int? Workers = null, bool PrivatePostgres = false)
{
    public const int Most = 9;

    /// <summary>
    /// Parses <c>--silos N</c>, <c>--workers N</c> and <c>--private-postgres</c>, in any order; null if the arguments
    /// are invalid.
    /// </summary>
    public static FleetSize? Read(ReadOnlySpan<string> arguments) => arguments switch
    {
        [] => new FleetSize(),
        ["--silos", var count, .. var rest] when Count(count, least: 1) is { } silos =>
            Read(rest) is { } size ? size with { Silos = silos } : null,
        ["--workers", var count, .. var rest] when Count(count, least: 0) is { } workers =>
            Read(rest) is { } size ? size with { Workers = workers } : null,
        [DatabaseChoice.Option, .. var rest] =>
            Read(rest) is { } size ? size with { PrivatePostgres = true } : null,
        _ => null,
    };

    private static int? Count(string text, int least) =>
        int.TryParse(text, out var count) && count >= least && count <= Most ? count : null;
}
