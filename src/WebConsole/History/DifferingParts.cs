using System.Text.Json;

namespace EndpointSync.WebConsole.History;

/// <summary>
/// What differs between two records of a route beside the rule itself, so that a long one stays readable.
/// </summary>
public static class DifferingParts
{
    private const string Absent = "(none)";

    /// <summary>
    /// The parts of a record that are not those of another, by name; of a column that is a JSON object only the members
    /// that differ. Nothing if there is no other record.
    /// </summary>
    /// <param name="shown">The record.</param>
    /// <param name="other">The record before or after it; null if the route was added or removed.</param>
    public static IEnumerable<(string Name, string Text)> Of(RouteView shown, RouteView? other) =>
        other is null
            ? []
            : Part("app", shown.App, other.App)
                .Concat(Part("opts", shown.Opts, other.Opts))
                .Concat(Part("routing", shown.Routing, other.Routing));

    private static IEnumerable<(string Name, string Text)> Part(string name, string? shown, string? other)
    {
        if (shown == other)
        {
            return [];
        }

        return Members(shown) is { } ours && Members(other) is { } theirs
            ? ours.Keys.Union(theirs.Keys, StringComparer.Ordinal)
                .Where(member => ours.GetValueOrDefault(member) != theirs.GetValueOrDefault(member))
                .Select(member => ($"{name}.{member}", ours.GetValueOrDefault(member) ?? Absent))
            : [(name, shown ?? Absent)];
    }

    // Others write these columns, so they may hold anything; the name of a member even half a character.
    private static Dictionary<string, string>? Members(string? json)
    {
        try
        {
            using var document = JsonDocument.Parse(json ?? "null");
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document.RootElement.EnumerateObject()
                    .GroupBy(member => member.Name, StringComparer.Ordinal)
                    .ToDictionary(
                        members => members.Key, members => members.Last().Value.GetRawText(), StringComparer.Ordinal)
                : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
