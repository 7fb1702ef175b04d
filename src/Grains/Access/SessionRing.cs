using System.Collections.Frozen;
using EndpointSync.Core;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Grains.Access;

/// <summary>
/// A silo's copy of the console's sessions, read again when it is older than <see cref="ApiKeyRing.Fresh"/>: whoever
/// signs out is signed out everywhere within that time. While the database is away, known sessions go on as keys do.
/// </summary>
internal sealed partial class SessionRing
{
    // Guessed cookies must not become a query each.
    private static readonly TimeSpan BetweenReads = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan ReadTimeout = TimeSpan.FromSeconds(5);

    private readonly SessionStore _store;
    private readonly TimeProvider _clock;
    private readonly ILogger<SessionRing> _logger;
    private readonly RequestCoalescer<bool> _reads;
    private readonly Lock _changing = new();
    private Copy? _copy;
    private long? _lastRead;
    private long _lastEnded;
    private volatile bool _isAway;

    public SessionRing(SessionStore store, TimeProvider clock, ILogger<SessionRing> logger)
    {
        (_store, _clock, _logger) = (store, clock, logger);
        _reads = new RequestCoalescer<bool>(ReadAsync);
    }

    /// <summary>Finds a session.</summary>
    /// <param name="hash">The SHA-256 of what a caller presented.</param>
    /// <returns>The session, if it has not ended. Unknown: the database is away, and it may be valid.</returns>
    public async ValueTask<(KeyCheck Check, StoredSession? Session)> FindAsync(byte[] hash)
    {
        var id = Convert.ToHexString(hash);
        var copy = Volatile.Read(ref _copy);
        var isKnown = copy?.Sessions.ContainsKey(id) == true;
        if (!isKnown || _clock.GetElapsedTime(copy!.ReadAt) >= ApiKeyRing.Fresh)
        {
            var read = _reads.JoinNextAsync(CancellationToken.None);
            // Nobody waits for a database that is away again and again.
            if (!isKnown || !_isAway)
            {
                await read;
            }

            copy = Volatile.Read(ref _copy);
        }

        if (copy is null || _clock.GetElapsedTime(copy.ReadAt) > ApiKeyRing.GracePeriod)
        {
            return (KeyCheck.Unknown, null);
        }

        if (!copy.Sessions.TryGetValue(id, out var session))
        {
            return (_isAway ? KeyCheck.Unknown : KeyCheck.Refused, null);
        }

        return session.ExpiresAt > _clock.GetUtcNow() ? (KeyCheck.Valid, session) : (KeyCheck.Refused, null);
    }

    /// <summary>Refuses a session from now on, because this silo has ended it.</summary>
    public void Forget(byte[] hash)
    {
        lock (_changing)
        {
            _lastEnded = _clock.GetTimestamp();
            if (_copy is { } copy)
            {
                var others = copy.Sessions.Where(session => session.Key != Convert.ToHexString(hash));
                _copy = copy with { Sessions = others.ToFrozenDictionary(StringComparer.Ordinal) };
            }
        }
    }

    private async Task<bool> ReadAsync()
    {
        var wait = _lastRead is { } last ? BetweenReads - _clock.GetElapsedTime(last) : TimeSpan.Zero;
        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, _clock);
        }

        var began = _clock.GetTimestamp();
        _lastRead = began;
        try
        {
            using var timeout = new CancellationTokenSource(ReadTimeout, _clock);
            Take(began, await _store.ListAsync(timeout.Token).WaitAsync(ReadTimeout, _clock));
        }
        catch (Exception failure)
        {
            if (!_isAway)
            {
                _isAway = true;
                LogAway(new LogText(failure.Message), ApiKeyRing.GracePeriod);
            }

            return false;
        }

        if (_isAway)
        {
            _isAway = false;
            LogBack();
        }

        return true;
    }

    // A session that ended while the list was read would come back; the next read is right.
    private void Take(long began, List<StoredSession> sessions)
    {
        lock (_changing)
        {
            if (began >= _lastEnded)
            {
                _copy = new Copy(began, sessions.ToFrozenDictionary(
                    session => Convert.ToHexString(session.Hash), StringComparer.Ordinal));
            }
        }
    }

    [LoggerMessage(
        1160, LogLevel.Warning,
        "Sessions of the console cannot be read: {Reason} Known sessions stay valid for {GracePeriod}, and nobody can "
        + "sign in")]
    private partial void LogAway(LogText reason, TimeSpan gracePeriod);

    [LoggerMessage(1161, LogLevel.Information, "Sessions of the console are read again")]
    private partial void LogBack();

    private sealed record Copy(long ReadAt, FrozenDictionary<string, StoredSession> Sessions);
}
