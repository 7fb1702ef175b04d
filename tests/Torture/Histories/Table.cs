using System.Text.RegularExpressions;

namespace EndpointSync.Tests.Torture.Histories;

/// <summary>A route of a version.</summary>
/// <param name="Path">The root path, which the first rule begins with.</param>
/// <param name="App">The app; null for another consumer's.</param>
/// <param name="Digest">Tells rows apart that differ in anything else.</param>
internal sealed record TableRoute(string Path, string? App, string Digest = "");

/// <summary>How slots are named in paths, and found again in a version.</summary>
internal static partial class Table
{
    /// <summary>The value of a slot without a route.</summary>
    public const string Absent = "absent";

    public static string PathOf(int slot, int revision) => $"/s{slot}/r{revision}";

    public static string ValueOf(string path, string app) => $"{path} {app}";

    /// <summary>The slot that a path belongs to; null for none.</summary>
    public static int? SlotOf(string path) =>
        SlotPath().Match(path) is { Success: true } found ? int.Parse(found.Groups[1].ValueSpan, null) : null;

    /// <summary>The values of all slots that have routes in a table.</summary>
    public static Dictionary<int, string> Slots(IReadOnlyDictionary<string, TableRoute> table)
    {
        var slots = new Dictionary<int, string>();
        foreach (var route in table.Values)
        {
            if (SlotOf(route.Path) is { } slot)
            {
                var value = ValueOf(route.Path, route.App ?? "none");
                slots[slot] = slots.TryGetValue(slot, out var other) ? $"{other} and {value}" : value;
            }
        }

        return slots;
    }

    [GeneratedRegex("^/s([0-9]+)/")]
    private static partial Regex SlotPath();
}
