namespace EndpointSync.Core;

/// <summary>
/// The key that a worker or a client shows to silos. A file is read each time, so a key can be replaced; its time of
/// change says nothing where a mounted secret is replaced by exchanging a link.
/// </summary>
internal sealed class SiloKey(string? key, string? keyFile)
{
    /// <summary>The key; null if there is none.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public string? Current() => keyFile is { } file ? File.ReadAllText(file).Trim() : key;
}
