using EndpointSync.Routing;
using EndpointSync.Tests.Routing.Differential;

namespace EndpointSync.Tests.Routing;

/// <summary>Short forms for tables and what they answer.</summary>
internal static class Routes
{
    /// <summary>A table with an entry for each rule, keyed 1, 2, 3 and so on, for every method.</summary>
    public static RouteTable Of(params string[] rules) =>
        Of([.. rules.Select((rule, index) => Entry(index + 1, rule))]);

    public static RouteTable Of(params RouteEntry[] entries) =>
        RouteTable.Empty.Apply(1, entries.Select(RouteTableChange.Put));

    public static RouteEntry Entry(int key, string rule, params string[] methods) => new($"{key}", [rule], methods);

    /// <summary>The rule that answers and its values, or how the search ended.</summary>
    public static string Ask(this RouteTable table, string path, string method = "GET")
    {
        var answer = Answer.Of(table, new(path, method));
        return answer.StartsWith("Found ", StringComparison.Ordinal)
            ? answer[(answer.IndexOf(' ', 6) + 1)..].TrimEnd()
            : answer;
    }
}
