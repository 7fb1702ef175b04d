namespace EndpointSync.Routing;

/// <summary>
/// Why an entry is not routed. An entry with a problem is left out with all of its rules; other entries are not
/// affected.
/// </summary>
/// <param name="Key">The key of the entry.</param>
/// <param name="Text">The rule or the method that is refused.</param>
/// <param name="Position">The position of the problem in the text, in UTF-16 units from 0.</param>
/// <param name="Reason">What is wrong, as text.</param>
public sealed record RouteProblem(string Key, string Text, int Position, string Reason);
