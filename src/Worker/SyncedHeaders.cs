namespace EndpointSync.Worker;

/// <summary>The headers that a worker sets and reads.</summary>
internal static class SyncedHeaders
{
    /// <summary>On every answer by the route table: the table's version.</summary>
    public const string Version = "X-Route-Version";

    /// <summary>On a request: the oldest version that may answer it.</summary>
    public const string MinVersion = "X-Min-Route-Version";
}
