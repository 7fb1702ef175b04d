namespace EndpointSync.Routing;

/// <summary>The rules of one key in a route table. Do not change an entry after it was given to a table.</summary>
/// <param name="Key">The entry's key, for instance the key of the route's row.</param>
/// <param name="Rules">The Werkzeug rules, each beginning with a slash, such as <c>/items/&lt;int:id&gt;</c>.</param>
/// <param name="Methods">
/// The HTTP methods that are answered, in any case; empty for all methods. OPTIONS is added, and HEAD if there is GET.
/// </param>
/// <param name="Data">The caller's data, returned with a match.</param>
public sealed record RouteEntry(
    string Key, IReadOnlyList<string> Rules, IReadOnlyList<string> Methods, object? Data = null);
