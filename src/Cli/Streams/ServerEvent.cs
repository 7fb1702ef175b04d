namespace EndpointSync.Cli.Streams;

/// <summary>One server-sent event.</summary>
/// <param name="Id">Where it stands; null for the state of now, which has no place in the order.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Data">One line of JSON.</param>
internal sealed record ServerEvent(string? Id, string Kind, string Data);
