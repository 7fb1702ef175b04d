namespace EndpointSync.Worker.Telemetry;

/// <summary>How a worker's question for news ended.</summary>
internal enum QuestionOutcome
{
    /// <summary>The answer had a newer table.</summary>
    News,

    /// <summary>There was nothing new.</summary>
    Nothing,

    /// <summary>There was no answer that could be used.</summary>
    Failed,
}
