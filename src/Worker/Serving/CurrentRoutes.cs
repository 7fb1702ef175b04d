using EndpointSync.Core;
using EndpointSync.Wire;

namespace EndpointSync.Worker.Serving;

/// <summary>
/// The routes that the worker currently serves. Requests read them with one load and never wait for the next version to
/// be built.
/// </summary>
internal sealed class CurrentRoutes(TimeProvider clock)
{
    private readonly Lock _swapping = new();
    private ServedRoutes? _routes;
    private readonly ChangeSignal _changed = new();

    /// <summary>The current routes; null before the first.</summary>
    public ServedRoutes? Routes => Volatile.Read(ref _routes);

    /// <summary>The routes before them; null before the second.</summary>
    public ServedRoutes? Previous { get; private set; }

    /// <summary>What the current routes, and those before them, have decided.</summary>
    public IReadOnlyList<TableCount> CountAnswers() =>
        [.. new[] { Routes, Previous }.OfType<ServedRoutes>().Select(routes => routes.CountAnswers())];

    /// <summary>Completes with the next swap.</summary>
    public Task Changed => _changed.Next;

    /// <summary>Replaces the routes, unless the new ones have an older version.</summary>
    public bool Swap(ServedRoutes candidate)
    {
        lock (_swapping)
        {
            if (_routes is { } routes && candidate.Version < routes.Version)
            {
                return false;
            }

            Previous = _routes;
            // The routes are set before the signal, so that a waiter on the signal's next task sees the routes of this
            // swap.
            Volatile.Write(ref _routes, candidate);
        }

        _changed.Raise();
        return true;
    }

    /// <summary>Waits until the routes are at a version or past it; null after the timeout.</summary>
    public async ValueTask<ServedRoutes?> AtLeastAsync(
        RouteVersion version, TimeSpan timeout, CancellationToken cancellationToken)
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
        await changed.WaitAsync(timeout, clock, cancellationToken).ConfigureAwait(
            ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
        return changed.IsCompleted;
    }
}
