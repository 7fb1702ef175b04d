namespace EndpointSync.Core;

/// <summary>
/// Passes a message once, and again after a minute: for what others cause as often as they like.
/// </summary>
internal sealed class ReminderFilter(TimeProvider clock)
{
    /// <summary>How long a message is not repeated.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private const int MostKnown = 1_000;

    private readonly Dictionary<string, DateTimeOffset> _passed = new(StringComparer.Ordinal);

    /// <summary>Whether the message was not passed within the last minute.</summary>
    /// <param name="message">What it is about, and who caused it.</param>
    public bool IsDue(string message)
    {
        var now = clock.GetUtcNow();
        lock (_passed)
        {
            if (_passed.TryGetValue(message, out var last) && now - last < Interval)
            {
                return false;
            }

            // Others that come with ever new names or addresses must not fill the memory.
            if (_passed.Count >= MostKnown)
            {
                _passed.Clear();
            }

            _passed[message] = now;
            return true;
        }
    }
}
