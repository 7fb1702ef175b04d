namespace EndpointSync.Grains.Postgres;

/// <summary>The statement that takes the lock failed, so nothing was written.</summary>
internal sealed class LockFailedException(Exception cause) : Exception(cause.Message, cause);
