using System.Collections.Concurrent;
using System.Net;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Process.Publishing;

/// <summary>One answer of a worker.</summary>
/// <param name="Worker">The worker's name.</param>
/// <param name="Path">The requested path.</param>
/// <param name="AtLeast">The demanded version; 0 for none.</param>
/// <param name="Status">The status.</param>
/// <param name="Version">The version that the worker reports.</param>
internal sealed record Answer(string Worker, string Path, long AtLeast, HttpStatusCode Status, long? Version);

/// <summary>All answers of a test, checked against the history of versions.</summary>
internal sealed class Answers
{
    private readonly ConcurrentBag<Answer> _answers = [];

    public int Count => _answers.Count;

    public IReadOnlyCollection<long> Versions =>
        [.. _answers.Select(answer => answer.Version ?? -1).Distinct().Order()];

    public void Add(Answer answer) => _answers.Add(answer);

    /// <summary>
    /// Demands of every answer: no error of the worker, a version no older than demanded, and found or not found
    /// exactly as the routes of that version say.
    /// </summary>
    public async Task AssertAddUpAsync(TestDatabase database)
    {
        var history = await HistoryAsync(database);
        var wrong = _answers.Where(answer => !IsRight(answer, history)).ToList();
        Assert.True(
            wrong.Count == 0,
            $"{wrong.Count} of {_answers.Count} answers are wrong, such as {string.Join(", ", wrong.Take(5))}");
    }

    private static bool IsRight(Answer answer, Dictionary<string, List<(long From, long To)>> history)
    {
        if (answer.Version is not { } version || version < answer.AtLeast)
        {
            return false;
        }

        var root = answer.Path[..answer.Path.LastIndexOf('/')];
        var routed = history.TryGetValue(root, out var spans)
            && spans.Any(span => span.From <= version && version < span.To);
        return answer.Status == (routed ? HttpStatusCode.OK : HttpStatusCode.NotFound);
    }

    // The versions that each root path was routed in.
    private static async Task<Dictionary<string, List<(long From, long To)>>> HistoryAsync(TestDatabase database)
    {
        var rows = await database.ListAsync(
            "select split_part(route, '/|', 1) || ' ' || from_version || ' ' || coalesce(to_version, 9999999) from "
            + "endpoint_sync.routes");
        return rows.Select(row => row!.Split(' ')).GroupBy(row => row[0], StringComparer.Ordinal).ToDictionary(
            group => group.Key, group => group.Select(
                row => (long.Parse(row[1], Culture), long.Parse(row[2], Culture))).ToList(), StringComparer.Ordinal);
    }

    private static System.Globalization.CultureInfo Culture => System.Globalization.CultureInfo.InvariantCulture;
}
