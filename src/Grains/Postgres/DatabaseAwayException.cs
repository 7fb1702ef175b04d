namespace EndpointSync.Grains.Postgres;

/// <summary>
/// No connection could be opened for a while. Nothing was written, and further tries would only keep the callers
/// waiting.
/// </summary>
internal sealed class DatabaseAwayException(Exception cause) : Exception(cause.Message, cause);
