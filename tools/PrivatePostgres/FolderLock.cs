namespace EndpointSync.Tools.Postgres;

/// <summary>
/// Lets one process at a time manage a server's folder. The system releases the lock of a process that dies.
/// </summary>
internal static class FolderLock
{
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(20);

    /// <exception cref="TimeoutException">
    /// Another process held the lock for all of <paramref name="timeout"/>.
    /// </exception>
    public static async Task<FileStream> TakeAsync(string file, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(timeout);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            while (true)
            {
                if (TryTake(file) is { } taken)
                {
                    return taken;
                }

                await Task.Delay(Retry, either.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException(
                $"Another process has held {file} for {timeout.TotalSeconds:0} seconds: it is starting this "
                + "PostgreSQL, or hangs. Nothing was changed. End that process and start again.");
        }
    }

    private static FileStream? TryTake(string file)
    {
        try
        {
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException exception) when (exception is not (DirectoryNotFoundException or PathTooLongException))
        {
            return null;
        }
    }
}
