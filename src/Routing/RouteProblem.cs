namespace EndpointSync.Routing;

/// <summary>Why an entry is not routed. An entry with a problem is left out with all of its rules; other entries are not touched by it.</summary>
/// <param name="Key">The key of the entry.</param>
/// <param name="Text">The rule or the method that is refused.</param>
/// <param name="Position">Where in the text the reason applies, in UTF-16 units from 0.</param>
/// <param name="Reason">What is wrong, in words.</param>
public sealed record RouteProblem(string Key, string Text, int Position, string Reason);
