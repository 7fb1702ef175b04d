using System.Collections.Immutable;

namespace EndpointSync.Grains.Events;

/// <summary>
/// One who watches a registry. It holds a place and no queue: however slowly it reads, it costs no memory, and what the
/// silo's window no longer has is read from the database.
/// </summary>
internal sealed class EventWatcher(
    string registry, EventReader reader, EventCursor start, TimeProvider clock, Action leave) : IDisposable
{
    private const int MostAtOnce = 100;

    private ImmutableSortedDictionary<string, RegistryState>? _states;

    /// <summary>The place up to which events were returned.</summary>
    public EventCursor Position { get; private set; } = start;

    /// <summary>Waits for what follows.</summary>
    /// <param name="timeout">How long to wait.</param>
    /// <param name="cancellationToken">Ends the wait, as the timeout does.</param>
    /// <returns>The events, in their order; none if the wait ended otherwise.</returns>
    public async Task<IReadOnlyList<RegistryEvent>> NextAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        var begun = clock.GetTimestamp();
        while (true)
        {
            var changed = reader.Changed;
            var found = await TakeAsync(cancellationToken);
            var left = timeout - clock.GetElapsedTime(begun);
            if (found.Count > 0 || left <= TimeSpan.Zero || cancellationToken.IsCancellationRequested)
            {
                return found;
            }

            await changed.WaitAsync(left, clock, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose() => leave();

    // States follow the events that a watcher has not seen yet, so that none is older than what comes before it.
    private async Task<IReadOnlyList<RegistryEvent>> TakeAsync(CancellationToken cancellationToken)
    {
        var events = reader.Window.After(Position, MostAtOnce) ?? await CatchUpAsync(cancellationToken);
        if (events is [.., { Cursor: { } last }])
        {
            Position = last;
        }

        if (events.Count > 0)
        {
            return events;
        }

        var now = reader.States.Current;
        var told = RegistryStates.Compare(_states, now).ToList();
        _states = now;
        return told;
    }

    private async Task<IReadOnlyList<RegistryEvent>> CatchUpAsync(CancellationToken cancellationToken)
    {
        var page = await reader.CatchUpAsync(Position, cancellationToken);
        return page.Gap switch
        {
            EventGap.None => page.Events,
            EventGap.Pruned => [Gap(page.Gap, cursor: null), .. page.Events],
            _ => [Gap(page.Gap, await reader.FindEndAsync(cancellationToken))],
        };
    }

    private RegistryEvent Gap(EventGap gap, EventCursor? cursor) => RegistryEvent.Of(
        registry, "gap", clock.GetUtcNow(), new { reason = gap, after = $"{Position}" }, cursor);
}
