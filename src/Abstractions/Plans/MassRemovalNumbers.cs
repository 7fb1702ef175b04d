namespace EndpointSync;

/// <summary>The numbers of a sync that would remove most of a registry's routes.</summary>
/// <param name="Removed">How many routes it would remove, because their endpoints are gone or archived.</param>
/// <param name="Routes">How many routes endpoints have in the newest version.</param>
public sealed record MassRemovalNumbers(int Removed, int Routes);
