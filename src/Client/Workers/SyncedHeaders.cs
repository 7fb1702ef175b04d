namespace EndpointSync.Client.Workers;

/// <summary>The headers that a worker answers with and heeds.</summary>
internal static class SyncedHeaders
{
    /// <summary>On every answer that the table decided: the version of the table.</summary>
    public const string Version = "X-Route-Version";

    /// <summary>On a request: the oldest version that may answer it.</summary>
    public const string MinVersion = "X-Min-Route-Version";
}
