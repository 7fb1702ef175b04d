namespace EndpointSync;

/// <summary>
/// Shares one running operation among many callers. The invariant: a caller joins only a flight that has not begun, because one that has
/// may have read the database before the caller's own edit was committed. So a storm of any size costs the running flight plus one.
/// </summary>
/// <param name="fly">The operation; gets the number of callers that share it.</param>
internal sealed class Flights<TResult>(Func<int, Task<TResult>> fly)
{
    private readonly Lock _lock = new();
    private Flight? _next;
    private Task _running = Task.CompletedTask;

    /// <summary>Completes when no flight is running or waiting.</summary>
    public Task Idle
    {
        get
        {
            lock (_lock)
            {
                return _running;
            }
        }
    }

    /// <summary>Joins the next flight. Cancelling ends the caller's wait, never the flight.</summary>
    public Task<TResult> JoinAsync(int callers, CancellationToken cancellationToken)
    {
        Task<TResult> landed;
        TaskCompletionSource? run = null;
        lock (_lock)
        {
            _next ??= new Flight();
            _next.Callers += callers;
            landed = _next.Landed.Task;
            if (_running.IsCompleted)
            {
                run = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _running = run.Task;
            }
        }

        if (run is not null)
        {
            // At once: a caller who is alone waits for nobody, and who comes a moment later has the next flight.
            _ = RunAsync(run);
        }

        return landed.WaitAsync(cancellationToken);
    }

    private async Task RunAsync(TaskCompletionSource run)
    {
        while (TakeOff() is { } flight)
        {
            await FlyAsync(flight);
        }

        run.SetResult();
    }

    private Flight? TakeOff()
    {
        lock (_lock)
        {
            var flight = _next;
            _next = null;
            if (flight is null)
            {
                _running = Task.CompletedTask;
            }

            return flight;
        }
    }

    private async Task FlyAsync(Flight flight)
    {
        try
        {
            flight.Landed.SetResult(await fly(flight.Callers));
        }
        catch (Exception exception)
        {
            flight.Landed.SetException(exception);
            // Every caller may have stopped waiting; reading the exception keeps it from being reported as unobserved.
            _ = flight.Landed.Task.Exception;
        }
    }

    private sealed class Flight
    {
        public TaskCompletionSource<TResult> Landed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Callers { get; set; }
    }
}
