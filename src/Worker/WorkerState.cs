namespace EndpointSync.Worker;

/// <summary>
/// What keeps a worker from serving the newest version or from confirming that it does. Only the feed loop writes it;
/// anybody may read it.
/// </summary>
internal sealed class WorkerState
{
    private volatile string? _feedProblem;
    private volatile string? _imageProblem;
    private volatile string? _probeProblem;
    private volatile string? _appsProblem;
    private long _confirmed;
    private long _newestSeen;

    /// <summary>The version confirmed by the worker's request to itself; 0 before the first.</summary>
    public RouteVersion Confirmed
    {
        get => new(Interlocked.Read(ref _confirmed));
        set => Interlocked.Exchange(ref _confirmed, value.Value);
    }

    /// <summary>The newest version that a silo has told of; 0 before the first answer.</summary>
    public RouteVersion NewestSeen
    {
        get => new(Interlocked.Read(ref _newestSeen));
        set => Interlocked.Exchange(ref _newestSeen, value.Value);
    }

    /// <summary>Why the worker gets no updates.</summary>
    public string? FeedProblem
    {
        get => _feedProblem;
        set => _feedProblem = value;
    }

    /// <summary>Why the worker cannot serve a newer version.</summary>
    public string? ImageProblem
    {
        get => _imageProblem;
        set => _imageProblem = value;
    }

    /// <summary>Why the worker could not confirm that it serves its version.</summary>
    public string? ProbeProblem
    {
        get => _probeProblem;
        set => _probeProblem = value;
    }

    /// <summary>Which routes have no handler in this application.</summary>
    public string? AppsProblem
    {
        get => _appsProblem;
        set => _appsProblem = value;
    }

    /// <summary>
    /// The problems to report to a silo, without the feed problem: a report proves that the feed works. Null if nothing
    /// is wrong.
    /// </summary>
    public string? ToReport() => Join(ImageProblem, ProbeProblem, AppsProblem);

    /// <summary>All problems; null if there are none.</summary>
    public string? All() => Join(FeedProblem, ImageProblem, ProbeProblem, AppsProblem);

    private static string? Join(params ReadOnlySpan<string?> problems)
    {
        List<string> found = [];
        foreach (var problem in problems)
        {
            if (problem is not null)
            {
                found.Add(problem);
            }
        }

        return found.Count == 0 ? null : string.Join("; ", found);
    }
}
