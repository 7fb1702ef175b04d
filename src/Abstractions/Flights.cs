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
    private TaskCompletionSource? _running;

    /// <summary>Completes when no flight is running or waiting.</summary>
    public Task Idle
    {
        get
        {
            lock (_lock)
            {
                return _running?.Task ?? Task.CompletedTask;
            }
        }
    }

    /// <summary>Joins the next flight. Cancelling ends the caller's wait, never the flight.</summary>
    public Task<TResult> JoinAsync(int callers, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_running is not null)
            {
                _next ??= new Flight();
                _next.Callers += callers;
                return _next.Landed.Task.WaitAsync(cancellationToken);
            }

            _running = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        // At once: a caller who is alone waits for nobody, and who comes a moment later has the next flight.
        var landed = FlyAloneAsync(callers);
        landed.Ignore();
        return landed.WaitAsync(cancellationToken);
    }

    // The next flight is under way before the one caller of this one goes on, who does so in the thread in which it lands: a hand-over to another one
    // takes longer than all else here, and whatever the caller does there, nobody else waits for it.
    private async Task<TResult> FlyAloneAsync(int callers)
    {
        try
        {
            return await fly(callers);
        }
        finally
        {
            _ = FlyOthersAsync();
        }
    }

    private async Task FlyOthersAsync()
    {
        while (TakeOff() is { } flight)
        {
            await FlyAsync(flight);
        }
    }

    private Flight? TakeOff()
    {
        lock (_lock)
        {
            var flight = _next;
            _next = null;
            if (flight is null)
            {
                _running!.SetResult();
                _running = null;
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
        // Its callers are many: none of them goes on in a thread that the others wait for.
        public TaskCompletionSource<TResult> Landed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Callers { get; set; }
    }
}
