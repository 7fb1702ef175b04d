namespace EndpointSync.Silo.Access;

/// <summary>Marks what the workers' key may do. Everything else needs the other key.</summary>
internal sealed class WorkerAccess
{
    public static WorkerAccess Granted { get; } = new();
}
