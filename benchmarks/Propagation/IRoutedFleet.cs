namespace EndpointSync.Bench.Propagation;

/// <summary>Eight servers that serve the same routes, and what changes the routes of all.</summary>
internal interface IRoutedFleet : IAsyncDisposable
{
    /// <summary>Where they answer HTTP.</summary>
    IReadOnlyList<Uri> Workers { get; }

    /// <summary>How long they are changed without measuring first: .NET programs compile what they run often.</summary>
    TimeSpan WarmUpTime { get; }

    /// <summary>
    /// Gives them the routes of the first so many <see cref="Serving.DeclaredEndpoints"/>, and takes all others from
    /// them.
    /// </summary>
    Task DeclareAsync(int size);

    /// <summary>
    /// Writes the next route; completes when the writer gets its answer, which may be before every server has the
    /// route.
    /// </summary>
    /// <returns>Its path.</returns>
    Task<string> AddAsync();
}
