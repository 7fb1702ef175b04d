namespace EndpointSync.Routing;

/// <summary>The rules that one key contributes to a route table. An entry is not changed once it was handed to a table.</summary>
/// <param name="Key">What identifies the entry, for instance the key of the route's row.</param>
/// <param name="Rules">Werkzeug rules, each beginning with a slash, as <c>/items/&lt;int:id&gt;</c>.</param>
/// <param name="Methods">
/// The HTTP methods that are answered, in any case; every method if none is given. OPTIONS is added, and HEAD where there is GET.
/// </param>
/// <param name="Data">Whatever the caller wants back with a match.</param>
public sealed record RouteEntry(string Key, IReadOnlyList<string> Rules, IReadOnlyList<string> Methods, object? Data = null);
