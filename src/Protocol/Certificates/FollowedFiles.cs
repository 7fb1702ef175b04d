namespace EndpointSync.Certificates;

/// <summary>Repeats the look at followed files.</summary>
internal static class FollowedFiles
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>Looks every two seconds until the process stops.</summary>
    public static async Task FollowAsync(Action look, TimeProvider clock, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            look();
            await Task.Delay(Interval, clock, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}

/// <summary>
/// What was read from files that are replaced while the process runs. They are compared again and again instead of
/// being watched: a mounted secret is replaced by exchanging a link, which watchers miss. Files that cannot be used
/// leave what was read before.
/// </summary>
internal sealed class FollowedFiles<T>
    where T : class
{
    private readonly Func<IReadOnlyList<PemFile>> _files;
    private readonly Func<IReadOnlyList<PemFile>, T> _read;
    private string _fingerprint;
    private T _current;
    private string? _problem;
    private string? _seen;

    /// <param name="files">Reads the files as they are now, always in one order.</param>
    /// <param name="read">Makes of them what the process uses.</param>
    /// <exception cref="CertificateException">They cannot be used.</exception>
    public FollowedFiles(Func<IReadOnlyList<PemFile>> files, Func<IReadOnlyList<PemFile>, T> read)
    {
        (_files, _read) = (files, read);
        var first = files();
        (_fingerprint, _current) = (PemFile.Fingerprint(first), read(first));
    }

    public T Current => Volatile.Read(ref _current);

    /// <summary>Why the files as they are now cannot be used; null if they can.</summary>
    public string? Problem => Volatile.Read(ref _problem);

    /// <summary>Compares the files with what is in use. Only one call may run at a time.</summary>
    /// <param name="changed">Called when other files are in use from now on.</param>
    /// <param name="complain">Called once for files that cannot be used.</param>
    public void Look(Action<T> changed, Action<string> complain)
    {
        try
        {
            var files = _files();
            var fingerprint = PemFile.Fingerprint(files);
            if (fingerprint != _fingerprint)
            {
                var next = _read(files);
                Volatile.Write(ref _current, next);
                _fingerprint = fingerprint;
                changed(next);
            }

            (_seen, _problem) = (null, null);
        }
        catch (CertificateException unusable)
        {
            // Files are replaced one after the other. What does not fit is reported if it is still there the next time.
            if (_seen == unusable.Message && _problem != unusable.Message)
            {
                _problem = unusable.Message;
                complain(unusable.Message);
            }

            _seen = unusable.Message;
        }
    }
}
