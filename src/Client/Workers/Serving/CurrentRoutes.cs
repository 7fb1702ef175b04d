namespace EndpointSync.Client.Workers.Serving;

/// <summary>The routes that the worker serves now. Requests read them with one load; nobody waits for whoever makes the next.</summary>
internal sealed class CurrentRoutes(TimeProvider clock)
{
    private readonly Lock _swapping = new();
    private ServedRoutes? _routes;
    private TaskCompletionSource _changed = NewChange();

    /// <summary>Null until the first routes are there.</summary>
    public ServedRoutes? Routes => Volatile.Read(ref _routes);

    /// <summary>Completes with the next swap.</summary>
    public Task Changed => Volatile.Read(ref _changed).Task;

    /// <summary>Serves other routes from now on, unless they are of an older version than those that are served.</summary>
    public bool Swap(ServedRoutes candidate)
    {
        TaskCompletionSource changed;
        lock (_swapping)
        {
            if (_routes is { } routes && candidate.Version < routes.Version)
            {
                return false;
            }

            // The routes first: whoever finds the next change's task finds the routes of this one.
            Volatile.Write(ref _routes, candidate);
            changed = Interlocked.Exchange(ref _changed, NewChange());
        }

        changed.SetResult();
        return true;
    }

    /// <summary>The routes as soon as they are at the version or past it; null if that takes longer than the timeout.</summary>
    public async ValueTask<ServedRoutes?> AtLeastAsync(RouteVersion version, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var begun = clock.GetTimestamp();
        while (true)
        {
            var changed = Changed;
            if (Routes is { } routes && routes.Version >= version)
            {
                return routes;
            }

            var left = timeout - clock.GetElapsedTime(begun);
            if (left <= TimeSpan.Zero || !await CompletesAsync(changed, left, cancellationToken))
            {
                return null;
            }
        }
    }

    private async Task<bool> CompletesAsync(Task changed, TimeSpan timeout, CancellationToken cancellationToken)
    {
        await changed.WaitAsync(timeout, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        return changed.IsCompleted;
    }

    private static TaskCompletionSource NewChange() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
