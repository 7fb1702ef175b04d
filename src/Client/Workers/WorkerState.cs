namespace EndpointSync.Client.Workers;

/// <summary>What keeps a worker from serving, or from saying that it serves, what it should. Written by the feed's loop alone, read by anybody.</summary>
internal sealed class WorkerState
{
    private volatile string? _feedProblem;
    private volatile string? _imageProblem;
    private volatile string? _probeProblem;
    private volatile string? _appsProblem;
    private long _confirmed;

    /// <summary>The version that a request of the worker to itself was answered by; 0 before the first.</summary>
    public RouteVersion Confirmed
    {
        get => new(Interlocked.Read(ref _confirmed));
        set => Interlocked.Exchange(ref _confirmed, value.Value);
    }

    /// <summary>Why nothing new is heard of.</summary>
    public string? FeedProblem
    {
        get => _feedProblem;
        set => _feedProblem = value;
    }

    /// <summary>Why a newer version cannot be served.</summary>
    public string? ImageProblem
    {
        get => _imageProblem;
        set => _imageProblem = value;
    }

    /// <summary>Why the version that is in place is not known to be served.</summary>
    public string? ProbeProblem
    {
        get => _probeProblem;
        set => _probeProblem = value;
    }

    /// <summary>Which routes nobody here handles.</summary>
    public string? AppsProblem
    {
        get => _appsProblem;
        set => _appsProblem = value;
    }

    /// <summary>What a silo is told, which knows by itself that it hears from the worker; null if nothing is wrong.</summary>
    public string? ToReport() => Join(ImageProblem, ProbeProblem, AppsProblem);

    /// <summary>Everything that is wrong; null if nothing is.</summary>
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
