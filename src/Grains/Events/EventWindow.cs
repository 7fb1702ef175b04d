namespace EndpointSync.Grains.Events;

/// <summary>
/// The newest events of a registry in a silo's memory, without gaps: what all its watchers share. Immutable.
/// </summary>
internal sealed class EventWindow
{
    private const int MostEvents = 1_000;
    private const int MostBytes = 8_000_000;

    private readonly IReadOnlyList<RegistryEvent> _events;

    private EventWindow(EventCursor start, IReadOnlyList<RegistryEvent> events) => (Start, _events) = (start, events);

    /// <summary>The place before the first event that the window has.</summary>
    public EventCursor Start { get; }

    /// <summary>The place behind the last one.</summary>
    public EventCursor End => _events is [.., { Cursor: { } last }] ? last : Start;

    /// <summary>How many events a window has at most.</summary>
    public static int Size => MostEvents;

    /// <summary>A window of the newest events.</summary>
    public static EventWindow Of(List<RegistryEvent> newest)
    {
        var isWhole = newest is [] or [{ Cursor.Number: 1 }, ..];
        // Otherwise the first of them is the place before the others.
        var start = isWhole ? EventCursor.Start : newest[0].Cursor!.Value;
        return new EventWindow(start, []).With(isWhole ? newest : newest[1..]);
    }

    /// <summary>
    /// The window with the events that follow its last one, and without old ones if it gets too large.
    /// </summary>
    public EventWindow With(IEnumerable<RegistryEvent> following)
    {
        List<RegistryEvent> events = [.. _events, .. following];
        var kept = 0;
        var bytes = 0L;
        while (kept < events.Count && kept < MostEvents)
        {
            bytes += events[events.Count - 1 - kept].Block.Length;
            if (bytes > MostBytes)
            {
                break;
            }

            kept++;
        }

        var dropped = events.Count - kept;
        return new EventWindow(dropped == 0 ? Start : events[dropped - 1].Cursor!.Value, events[dropped..]);
    }

    /// <summary>The events behind a place; null if the window does not have that place.</summary>
    /// <param name="after">The place.</param>
    /// <param name="most">How many at most.</param>
    public IReadOnlyList<RegistryEvent>? After(EventCursor after, int most)
    {
        var index = after.Number - Start.Number;
        var isHere = index == 0
            ? after == Start
            : index > 0 && index <= _events.Count && _events[(int)index - 1].Cursor == after;
        return isHere ? [.. _events.Skip((int)index).Take(most)] : null;
    }
}
