namespace EndpointSync.Wire;

/// <summary>What one silo knows about which subscriber serves which version.</summary>
/// <param name="Subscribers">The silo itself and the workers that it knows.</param>
/// <param name="IsComplete">
/// Whether the silo has been up for the length of a lease. By then every live worker has connected to it or to another
/// silo, and the leases of all others have ended.
/// </param>
[GenerateSerializer, Immutable, Alias("endpointsync.silo-report")]
internal sealed record SiloReport(
    [property: Id(0)] IReadOnlyList<Subscriber> Subscribers, [property: Id(1)] bool IsComplete)
{
    public static SiloReport Nothing { get; } = new([], IsComplete: false);
}
