using System.Globalization;

namespace EndpointSync.Grains.Coordination;

/// <summary>
/// What takes a rollout's version back: a share of misses or errors that is larger than the share under the held
/// version by some percent of all requests, or a worker's problem.
/// </summary>
/// <param name="Miss">By how many percent the share of misses may be larger; null for any.</param>
/// <param name="Error">By how many percent the share of errors may be larger; null for any.</param>
/// <param name="OnProblem">Whether a worker's problem takes it back.</param>
internal sealed record AbortRules(double? Miss, double? Error, bool OnProblem)
{
    /// <summary>The rules of a rollout that names none.</summary>
    public const string Default = "miss>1%|error>1%|problem";

    /// <summary>What the rules look like, in words.</summary>
    public const string Form =
        "one to three of miss>1%, error>1% and problem, each once, with | between them and shares below 100 %";

    // A share of fewer requests says nothing.
    private const long FewestRequests = 10;

    /// <summary>Reads such rules; null if they are malformed or none.</summary>
    public static AbortRules? Parse(string text)
    {
        var rules = new AbortRules(null, null, OnProblem: false);
        foreach (var part in text.Split('|', StringSplitOptions.TrimEntries))
        {
            var added = (part.Split('>', 2), rules) switch
            {
                (["problem"], { OnProblem: false }) => rules with { OnProblem = true },
                (["miss", var share], { Miss: null }) => rules with { Miss = ParseShare(share) },
                (["error", var share], { Error: null }) => rules with { Error = ParseShare(share) },
                _ => null,
            };
            if (added is null || added == rules)
            {
                return null;
            }

            rules = added;
        }

        return rules;
    }

    /// <summary>Which share is too large, in words; null if none is.</summary>
    /// <param name="now">What a ring has answered by the new version.</param>
    /// <param name="held">What all workers have answered by the held version.</param>
    public string? FindBroken(VersionAnswers now, VersionAnswers held) =>
        FindBroken("miss", Miss, now.Misses, now.Requests, held.Misses, held)
        ?? FindBroken("error", Error, now.Errors, now.Requests, held.Errors, held);

    private static string? FindBroken(
        string name, double? allowed, long bad, long requests, long heldBad, VersionAnswers held)
    {
        var share = Percent(bad, requests);
        var heldShare = Percent(heldBad, held.Requests);
        return requests >= FewestRequests && share - heldShare > allowed
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"{name}>{allowed}%: {bad} of {requests} requests, {share:0.##} %, against {heldShare:0.##} % of "
                + $"{held.Requests} by version {held.Version}")
            : null;
    }

    private static double Percent(long part, long all) => all == 0 ? 0 : 100.0 * part / all;

    private static double? ParseShare(string text) =>
        text.EndsWith('%')
        && double.TryParse(
            text.AsSpan(0, text.Length - 1), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture,
            out var share)
        && share < 100
        ? share
        : null;
}
