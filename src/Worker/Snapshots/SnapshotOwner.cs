namespace EndpointSync.Worker.Snapshots;

/// <summary>
/// Which process keeps a snapshot: the one that holds a lock on a file beside it. The system frees the lock when the
/// process ends, however it ends. A second file says who it is, because nobody else can read a locked one.
/// </summary>
internal sealed class SnapshotOwner(string path, string name) : IDisposable
{
    private readonly string _lockPath = $"{path}.lock";
    private readonly string _namePath = $"{path}.owner";
    private FileStream? _lock;

    /// <summary>
    /// Takes the snapshot unless another process has it. Where no lock can be made, nobody is kept out.
    /// </summary>
    /// <param name="owner">Who has it.</param>
    public bool TryTake(out string owner)
    {
        owner = name;
        if (_lock is not null)
        {
            return true;
        }

        try
        {
            _lock = new FileStream(
                _lockPath, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None, bufferSize: 1,
                FileOptions.DeleteOnClose);
            File.WriteAllText(_namePath, name);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Without the folder or a right in it the snapshot cannot be written either, which is told then.
            if (_lock is null && failure.GetType() == typeof(IOException) && File.Exists(_lockPath))
            {
                owner = ReadOwner();
                return false;
            }
        }

        return true;
    }

    public void Dispose()
    {
        if (_lock is null)
        {
            return;
        }

        try
        {
            File.Delete(_namePath);
            _lock.Dispose();
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // What is left of it keeps nobody out.
        }

        _lock = null;
    }

    private string ReadOwner()
    {
        try
        {
            return File.ReadAllText(_namePath);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return "another process";
        }
    }
}
