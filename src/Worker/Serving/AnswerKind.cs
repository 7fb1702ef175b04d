namespace EndpointSync.Worker.Serving;

/// <summary>How a request ended that a version's table decided.</summary>
internal enum AnswerKind
{
    /// <summary>The app of a route answered with a status below 500, or the table by itself with a redirect.</summary>
    Served,

    /// <summary>No route matched, or none for its method.</summary>
    Missed,

    /// <summary>The answer has a status of 500 or more.</summary>
    Failed,
}
