namespace EndpointSync.Grains.Publishing;

/// <summary>One registry's routes in this silo, and who is told of them here.</summary>
internal sealed record PublishedRegistry(RegistryRoutes Routes, WorkerLeases Workers, GrainSubscriptions Grains);
