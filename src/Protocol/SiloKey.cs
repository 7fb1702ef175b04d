namespace EndpointSync.Core;

/// <summary>
/// The key that a worker or a client shows to silos. A file is read again when it changes, so a key can be replaced.
/// </summary>
internal sealed class SiloKey(string? key, string? keyFile)
{
    private readonly Lock _lock = new();
    private DateTime _readAt;
    private string? _read;

    /// <summary>The key; null if there is none.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public string? Current() => keyFile is { } file ? Read(file) : key;

    private string Read(string file)
    {
        lock (_lock)
        {
            var changedAt = File.GetLastWriteTimeUtc(file);
            if (_read is null || changedAt != _readAt)
            {
                (_read, _readAt) = (File.ReadAllText(file).Trim(), changedAt);
            }

            return _read;
        }
    }
}
