using System.Threading.Channels;
using EndpointSync.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EndpointSync.Grains.Audit;

/// <summary>
/// Writes entries behind the answer: reloads, which work while the cluster's database is away, and requests that a role
/// does not allow, which change nothing. They wait in memory until the database is back. What no longer fits, or is
/// left when the silo stops, is counted in the log, so that a gap is known.
/// </summary>
internal sealed partial class AuditQueue(AuditStore store, TimeProvider clock, ILogger<AuditQueue> logger)
    : BackgroundService
{
    private const int MostWaiting = 50_000;
    private const int MostAtOnce = 1_000;

    private static readonly TimeSpan WriteTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);
    private static readonly JitteredBackoff Backoff = new(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(5));

    private readonly Channel<AuditEntry> _waiting =
        Channel.CreateBounded<AuditEntry>(new BoundedChannelOptions(MostWaiting) { SingleReader = true });
    private readonly RepeatedReloads _repeated = new(clock);
    private readonly SemaphoreSlim _wake = new(0);
    private readonly List<AuditEntry> _batch = [];
    private long _lost;
    private bool _isAway;

    /// <summary>Adds an entry, or the end of one that was begun. The caller does not wait for the write.</summary>
    public void Add(AuditEntry entry) =>
        CountLost(_waiting.Writer.TryWrite(entry with { OccurredAt = clock.GetUtcNow() }));

    /// <summary>
    /// Adds what programs repeat in a loop. A reload that led to a new version has a row of its own; the others, and
    /// refusals, may share theirs.
    /// </summary>
    public void AddReload(AuditEntry entry)
    {
        if (entry is { Version: not null, Detail: nameof(ReloadOutcome.Synced) })
        {
            Add(entry);
        }
        else
        {
            CountLost(_repeated.Add(entry with { OccurredAt = clock.GetUtcNow() }));
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _wake.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var failures = 0;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await WriteAsync(all: false, WriteTimeout);
                failures = 0;
                await _wake.WaitAsync(LongestWait, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
            }
            catch (Exception failure)
            {
                LogAwayOnce(failure);
                await Task.Delay(Backoff.Before(failures++), clock, stoppingToken)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        await WriteWhatIsLeftAsync();
    }

    private void CountLost(bool isAdded)
    {
        if (!isAdded)
        {
            Interlocked.Increment(ref _lost);
        }

        if (_wake.CurrentCount == 0)
        {
            _wake.Release();
        }
    }

    private async Task WriteWhatIsLeftAsync()
    {
        try
        {
            await WriteAsync(all: true, StopTimeout);
        }
        catch (Exception failure)
        {
            LogLost(_batch.Count + _waiting.Reader.Count + _repeated.Unwritten(), new LogText(failure.Message));
        }
    }

    private async Task WriteAsync(bool all, TimeSpan limit)
    {
        using var timeout = new CancellationTokenSource(limit, clock);
        Take();
        while (_batch.Count > 0)
        {
            await WriteBatchAsync(timeout.Token);
            Take();
        }

        foreach (var (row, entry) in _repeated.Due(all))
        {
            await WriteAsync(row, entry, timeout.Token);
        }

        if (_isAway)
        {
            _isAway = false;
            LogBack();
        }

        if (Interlocked.Exchange(ref _lost, 0) is > 0 and var lost)
        {
            LogLost(lost, "more came than could wait");
        }
    }

    private async Task WriteBatchAsync(CancellationToken cancellationToken)
    {
        try
        {
            foreach (var begun in _batch.Where(entry => entry.Id != 0).ToList())
            {
                await store.CompleteAsync(begun, cancellationToken);
                _batch.Remove(begun);
            }

            await store.AddAsync(_batch, cancellationToken);
        }
        catch (PostgresException refused) when (refused.SqlState.StartsWith("22", StringComparison.Ordinal))
        {
            // Data that Postgres does not store would keep all others out for ever.
            LogLost(_batch.Count, new LogText(refused.MessageText));
        }

        _batch.Clear();
    }

    private async Task WriteAsync(RepeatedReloads.Row row, AuditEntry entry, CancellationToken cancellationToken)
    {
        if (row.Id is { } id)
        {
            await store.SetCountAsync(id, entry.Count, entry.Version, cancellationToken);
        }
        else
        {
            row.Id = (await store.AddAsync([entry], cancellationToken)).Single();
        }

        row.Written = entry.Count;
    }

    private void Take()
    {
        while (_batch.Count < MostAtOnce && _waiting.Reader.TryRead(out var entry))
        {
            _batch.Add(entry);
        }
    }

    private void LogAwayOnce(Exception failure)
    {
        if (!_isAway)
        {
            _isAway = true;
            LogAway(new LogText(failure.Message));
        }
    }

    [LoggerMessage(
        2030, LogLevel.Warning,
        "The audit cannot be written: {Reason} Entries of reloads wait in memory; edits and key changes get 503")]
    private partial void LogAway(LogText reason);

    [LoggerMessage(2031, LogLevel.Information, "The audit is written again")]
    private partial void LogBack();

    [LoggerMessage(2032, LogLevel.Error, "{Count} requests are missing in the audit: {Reason}")]
    private partial void LogLost(long count, LogText reason);
}
