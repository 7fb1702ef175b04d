using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Security.Cryptography;
using EndpointSync.Core;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Grains.Access;

/// <summary>How the check of a key ended.</summary>
internal enum KeyCheck
{
    Valid,
    Refused,

    /// <summary>The database with the keys is away, and this silo does not know the key, or not any more.</summary>
    Unknown,
}

/// <summary>
/// A silo's copy of the keys. It is read again when it is older than <see cref="Fresh"/>, so a revocation holds on
/// every silo within that time, and a request does not wait for Postgres each time. While the database is away, the
/// copy stays valid for <see cref="GracePeriod"/>: workers keep asking for routes, and nobody can revoke a key anyway.
/// </summary>
internal sealed partial class ApiKeyRing(ApiKeyStore store, TimeProvider clock, ILogger<ApiKeyRing> logger)
{
    /// <summary>How old the copy may be.</summary>
    public static readonly TimeSpan Fresh = TimeSpan.FromSeconds(2);

    /// <summary>How long a copy is used that cannot be read again.</summary>
    public static readonly TimeSpan GracePeriod = TimeSpan.FromHours(1);

    // Guessed ids must not become a query each.
    private static readonly TimeSpan BetweenReads = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan ReadTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan UseInterval = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<string, string> _used = new(StringComparer.Ordinal);
    private readonly Lock _reading = new();
    private Copy? _copy;
    private Task? _read;
    private long? _lastRead;
    private long _lastRevoked;
    private volatile bool _isAway;

    /// <summary>Checks a presented key.</summary>
    /// <param name="id">The id of the key; null if what a caller gave is none.</param>
    /// <param name="hash">The hash of the key.</param>
    /// <param name="address">Where the caller is.</param>
    public async ValueTask<(KeyCheck Check, ApiKey? Key)> CheckAsync(string? id, byte[] hash, string? address)
    {
        if (id is null)
        {
            return (KeyCheck.Refused, null);
        }

        var copy = await CopyForAsync(id);
        if (copy is null || clock.GetElapsedTime(copy.ReadAt) > GracePeriod)
        {
            return (KeyCheck.Unknown, null);
        }

        if (_isAway && !copy.Keys.ContainsKey(id))
        {
            return (KeyCheck.Unknown, null);
        }

        // Compared in constant time, so that the time of an answer tells nothing about the hash. The id is no secret.
        if (!copy.Keys.TryGetValue(id, out var stored)
            || !CryptographicOperations.FixedTimeEquals(stored.Hash, hash)
            || stored.Details.RevokedAt is not null || stored.Details.ExpiresAt <= clock.GetUtcNow())
        {
            return (KeyCheck.Refused, null);
        }

        if (stored.Details.LastUsedAt is not { } last || clock.GetUtcNow() - last > UseInterval)
        {
            _used.TryAdd(id, address ?? "");
        }

        return (KeyCheck.Valid, stored.Details);
    }

    /// <summary>Refuses a key from now on, because this silo has revoked it.</summary>
    public void Forget(string id)
    {
        lock (_reading)
        {
            _lastRevoked = clock.GetTimestamp();
            if (_copy is { } copy)
            {
                var others = copy.Keys.Where(key => key.Key != id);
                _copy = copy with { Keys = others.ToFrozenDictionary(StringComparer.Ordinal) };
            }
        }
    }

    private async ValueTask<Copy?> CopyForAsync(string id)
    {
        var copy = Volatile.Read(ref _copy);
        var isKnown = copy?.Keys.ContainsKey(id) == true;
        if (isKnown && clock.GetElapsedTime(copy!.ReadAt) < Fresh)
        {
            return copy;
        }

        var read = ReadAgain();
        if (isKnown && _isAway)
        {
            // Nobody waits for the database again and again.
            return copy;
        }

        await read;
        return Volatile.Read(ref _copy);
    }

    // One read for all that wait.
    private Task ReadAgain()
    {
        lock (_reading)
        {
            if (_read is { IsCompleted: false })
            {
                return _read;
            }

            var wait = _lastRead is { } last ? BetweenReads - clock.GetElapsedTime(last) : TimeSpan.Zero;
            return _read = Task.Run(() => ReadAsync(wait));
        }
    }

    private async Task ReadAsync(TimeSpan wait)
    {
        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, clock);
        }

        try
        {
            while (!await TryReadAsync())
            {
                // A key was revoked meanwhile.
            }

            if (_isAway)
            {
                _isAway = false;
                LogBack();
            }
        }
        catch (Exception failure)
        {
            if (!_isAway)
            {
                _isAway = true;
                LogAway(new LogText(failure.Message), GracePeriod);
            }

            return;
        }

        _ = MarkUsedAsync();
    }

    private async Task<bool> TryReadAsync()
    {
        var began = clock.GetTimestamp();
        _lastRead = began;
        using var timeout = new CancellationTokenSource(ReadTimeout, clock);
        var keys = await store.ListAsync(timeout.Token).WaitAsync(ReadTimeout, clock);
        var copy = new Copy(began, keys.ToFrozenDictionary(key => key.Details.Id, StringComparer.Ordinal));
        lock (_reading)
        {
            if (began < _lastRevoked)
            {
                return false;
            }

            _copy = copy;
            return true;
        }
    }

    // Nobody waits for it, and what is not written now is written with the next read.
    private async Task MarkUsedAsync()
    {
        var used = _used.ToDictionary(StringComparer.Ordinal);
        if (used.Count == 0)
        {
            return;
        }

        try
        {
            using var timeout = new CancellationTokenSource(ReadTimeout, clock);
            await store.MarkUsedAsync(used, UseInterval, timeout.Token);
            foreach (var id in used.Keys)
            {
                _used.TryRemove(id, out _);
            }
        }
        catch (Exception failure)
        {
            LogUseNotRecorded(new LogText(failure.Message));
        }
    }

    [LoggerMessage(
        2012, LogLevel.Warning,
        "API keys cannot be read: {Reason} Known keys stay valid for {GracePeriod}, and others get 503")]
    private partial void LogAway(LogText reason, TimeSpan gracePeriod);

    [LoggerMessage(2013, LogLevel.Information, "API keys are read again")]
    private partial void LogBack();

    [LoggerMessage(2014, LogLevel.Warning, "The last use of API keys was not recorded: {Reason}")]
    private partial void LogUseNotRecorded(LogText reason);

    private sealed record Copy(long ReadAt, FrozenDictionary<string, StoredKey> Keys);
}
