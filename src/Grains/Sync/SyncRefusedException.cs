namespace EndpointSync.Grains.Sync;

/// <summary>A sync that does what nobody allowed. Nothing was written.</summary>
/// <param name="problem">What a receipt says of it, and how to allow it.</param>
internal sealed class SyncRefusedException(ReloadProblem problem) : Exception(problem.Meaning)
{
    public ReloadProblem Problem { get; } = problem;
}
