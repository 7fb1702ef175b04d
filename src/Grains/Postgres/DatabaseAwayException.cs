namespace EndpointSync.Grains.Postgres;

/// <summary>No connection was to be had for a while, so nothing was written and trying on would only keep the callers waiting.</summary>
internal sealed class DatabaseAwayException(Exception cause) : Exception(cause.Message, cause);
