namespace EndpointSync.Grains.ForeignChanges;

/// <summary>
/// Spreads the reactions to what other writers do. Each may make a version that the whole fleet takes up, so a writer
/// in a loop must not make as many as it has commits. After a quiet time, a burst of two seconds' worth is not held up.
/// </summary>
/// <param name="perSecond">How many a second.</param>
/// <param name="clock">The clock.</param>
internal sealed class ReactionRate(int perSecond, TimeProvider clock)
{
    private static readonly TimeSpan Burst = TimeSpan.FromSeconds(2);

    private readonly TimeSpan _interval = TimeSpan.FromSeconds(1) / perSecond;
    private readonly long _started = clock.GetTimestamp();

    // When the next reaction would be due if all were spread evenly.
    private TimeSpan _next;

    /// <summary>Counts one reaction.</summary>
    /// <returns>How long it has to wait.</returns>
    public TimeSpan Take()
    {
        var now = clock.GetElapsedTime(_started);
        _next = (_next > now ? _next : now) + _interval;
        return _next - now > Burst ? _next - now - Burst : TimeSpan.Zero;
    }
}
