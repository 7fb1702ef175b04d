namespace EndpointSync.Worker.Feed;

/// <summary>Why a silo gives no routes.</summary>
internal enum SiloFailure
{
    /// <summary>No answer, or one that says that the silo cannot answer now.</summary>
    Unavailable,

    /// <summary>The silo refuses the worker's key, or the worker has none.</summary>
    Refused,

    /// <summary>The silo is not configured for the registry, or is no silo.</summary>
    Unknown,
}

/// <summary>A silo did not give what was asked for; another one may.</summary>
internal sealed class SiloException(SiloFailure failure, string message, Exception? cause = null)
    : Exception(message, cause)
{
    public SiloFailure Failure { get; } = failure;
}
