namespace EndpointSync.Core;

/// <summary>
/// Passes a message once and drops its repetitions until it changes, for a warning that would otherwise repeat with
/// every retry.
/// </summary>
internal sealed class RepeatFilter
{
    private string? _last;

    /// <summary>Whether the message differs from the last one.</summary>
    public bool IsNew(string message) => Interlocked.Exchange(ref _last, message) != message;

    /// <summary>Forgets the last message, so that the same one is new again.</summary>
    /// <returns>Whether there was a last message.</returns>
    public bool Reset() => Interlocked.Exchange(ref _last, null) is not null;
}
