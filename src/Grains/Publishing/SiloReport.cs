namespace EndpointSync.Grains.Publishing;

/// <summary>What one silo knows of who serves what.</summary>
/// <param name="Subscribers">Itself and the workers that it knows of.</param>
/// <param name="Settled">Whether it has been there for the length of a lease, so that every worker has come to it, or to another silo, or is given up.</param>
[GenerateSerializer, Immutable, Alias("EndpointSync.SiloReport")]
internal sealed record SiloReport([property: Id(0)] IReadOnlyList<Subscriber> Subscribers, [property: Id(1)] bool Settled)
{
    public static SiloReport Nothing { get; } = new([], Settled: false);
}
