namespace EndpointSync.Worker;

/// <summary>
/// The key that the worker shows to silos. A file is read each time, so a key can be replaced; its time of change says
/// nothing where a mounted secret is replaced by exchanging a link.
/// </summary>
internal sealed class WorkerKey(WorkerOptions options)
{
    /// <summary>The key; null if the worker has none.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public string? Current() => options.KeyFile is { } file ? File.ReadAllText(file).Trim() : options.Key;
}
