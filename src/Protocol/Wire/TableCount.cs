using System.Globalization;

namespace EndpointSync.Wire;

/// <summary>How many requests one version's table has decided in a worker.</summary>
internal readonly record struct TableCount(RouteVersion Version, long Requests, long Misses, long Errors)
{
    /// <summary>How many tables a worker may report: the one that it has, and the one before it.</summary>
    public const int Most = 2;

    /// <summary>Counts as a worker's question has them, such as <c>43:120,1,0;42:5000,12,3</c>.</summary>
    public static string Format(IEnumerable<TableCount> counts) => string.Join(
        ';', counts.Select(count => string.Create(
            CultureInfo.InvariantCulture,
            $"{count.Version}:{count.Requests},{count.Misses},{count.Errors}")));

    /// <summary>Reads such counts; null if they are malformed.</summary>
    public static IReadOnlyList<TableCount>? Parse(string text)
    {
        var parts = text.Split(';', Most + 1);
        var counts = parts.Select(ParseOne).OfType<TableCount>().ToList();
        return counts.Count == parts.Length && counts.Count <= Most ? counts : null;
    }

    private static TableCount? ParseOne(string text) =>
        text.Split(':', ',') is [var version, var requests, var misses, var errors]
        && TryParse(version, out var number) && TryParse(requests, out var all) && TryParse(misses, out var missed)
        && TryParse(errors, out var failed)
        ? new TableCount(new RouteVersion(number), all, missed, failed)
        : null;

    private static bool TryParse(string text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}
