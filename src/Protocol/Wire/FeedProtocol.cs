using System.Globalization;
using System.Text;

namespace EndpointSync.Wire;

/// <summary>
/// What silos and workers agree on besides the lines of an answer. docs/worker-protocol.md specifies both.
/// </summary>
internal static class FeedProtocol
{
    /// <summary>The number of the protocol in every answer. A worker refuses an answer with another one.</summary>
    public const int Number = 1;

    /// <summary>The media type of an answer: lines of JSON, the head first.</summary>
    public const string MediaType = "application/jsonl";

    /// <summary>The longest problem, in characters, because it is part of the question's address.</summary>
    public const int LongestProblem = 500;

    /// <summary>The longest name of a worker.</summary>
    public const int LongestName = 200;

    /// <summary>
    /// The longest time that a silo with nothing new holds a long poll. A worker detects a frozen silo a little later
    /// than that, and an idle worker polls at this interval.
    /// </summary>
    public static TimeSpan LongPollTimeout { get; } = TimeSpan.FromSeconds(1.5);

    /// <summary>The question for news, below a silo's URL.</summary>
    /// <param name="registry">The registry's name.</param>
    /// <param name="report">What the worker reports about itself.</param>
    /// <param name="timeout">How long the silo may hold the question while there is nothing new.</param>
    public static string NextPath(string registry, WorkerReport report, TimeSpan timeout)
    {
        var path = new StringBuilder(PathOf(registry), capacity: 256)
            .Append(CultureInfo.InvariantCulture, $"?worker={report.Worker}&name={Uri.EscapeDataString(report.Name)}")
            .Append(CultureInfo.InvariantCulture, $"&after={report.Has.Version}&serves={report.Version}")
            .Append(CultureInfo.InvariantCulture, $"&timeout={(long)timeout.TotalMilliseconds}ms");
        if (report.Has.Version > RouteVersion.None)
        {
            path.Append("&hash=").Append(report.Has.Hash.ToString());
        }

        if (report.Problem is { } problem)
        {
            path.Append("&problem=").Append(Uri.EscapeDataString(Shortened(problem)));
        }

        if (report.Ring != WorkerRing.Default)
        {
            path.Append("&ring=").Append(report.Ring);
        }

        if (report.Answers.Count > 0)
        {
            path.Append("&answers=").Append(Uri.EscapeDataString(TableCount.Format(report.Answers)));
        }

        return path.ToString();
    }

    /// <summary>The message of a worker that stops.</summary>
    public static string LeavePath(string registry, Guid worker) => $"{PathOf(registry)}?worker={worker}&leave=true";

    /// <summary>The question for the number of the newest version that a ring is given.</summary>
    public static string NewestPath(string registry, string ring) =>
        $"{PathOf(registry)}/newest{(ring == WorkerRing.Default ? "" : $"?ring={ring}")}";

    private static string PathOf(string registry) => $"api/v1/registries/{registry}/feed";

    // A cut in the middle of a pair would leave no text.
    private static string Shortened(string text) => text.Length <= LongestProblem ? text
        : text[..(char.IsHighSurrogate(text[LongestProblem - 1]) ? LongestProblem - 1 : LongestProblem)];
}
