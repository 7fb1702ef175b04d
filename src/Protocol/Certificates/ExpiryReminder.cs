namespace EndpointSync.Certificates;

/// <summary>Reminds once a day of a certificate that ends within two weeks.</summary>
internal sealed class ExpiryReminder(TimeProvider clock)
{
    /// <summary>How long before its end a certificate is warned of.</summary>
    public static readonly TimeSpan WarnBefore = TimeSpan.FromDays(14);

    private static readonly TimeSpan Interval = TimeSpan.FromDays(1);

    private DateTimeOffset? _remindedAt;

    /// <summary>Whether a certificate that ends then ends soon.</summary>
    public bool IsSoon(DateTimeOffset end) => end - clock.GetUtcNow() < WarnBefore;

    /// <summary>Whether to remind of it now.</summary>
    public bool IsDue(DateTimeOffset end)
    {
        var now = clock.GetUtcNow();
        if (!IsSoon(end) || now - _remindedAt < Interval)
        {
            return false;
        }

        _remindedAt = now;
        return true;
    }

    /// <summary>Another certificate is in use, which is reminded of in its own time.</summary>
    public void Reset() => _remindedAt = null;
}
