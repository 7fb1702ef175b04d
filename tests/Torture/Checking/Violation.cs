using EndpointSync.Tests.Torture.Histories;

namespace EndpointSync.Tests.Torture.Checking;

/// <summary>A promise that was broken, and the entries that show it: no others are needed.</summary>
/// <param name="Rule">The name of the rule.</param>
/// <param name="Message">What was expected, and what was found.</param>
/// <param name="Shown">The entries, in the order of their time.</param>
internal sealed record Violation(string Rule, string Message, IReadOnlyList<Entry> Shown)
{
    public static Violation Of(string rule, string message, params IEnumerable<Entry?> shown) =>
        new(rule, message, [.. shown.OfType<Entry>().OrderBy(entry => entry.End)]);

    public override string ToString() =>
        $"{Rule}: {Message}\n{string.Join('\n', Shown.Select(entry => "  " + HistoryFile.Line(entry)))}";
}
