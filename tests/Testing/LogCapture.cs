using System.Collections.Concurrent;
using EndpointSync.Core;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Tests.Testing;

/// <summary>A logged line.</summary>
/// <param name="Level">Its level.</param>
/// <param name="EventId">The id of its event.</param>
/// <param name="Message">The text.</param>
/// <param name="Silo">The silo that logged it, where the silos of a cluster share the capture.</param>
public sealed record LogEntry(LogLevel Level, int EventId, string Message, string Silo = "");

/// <summary>Keeps what is logged, and lets a test wait for an event.</summary>
public sealed class LogCapture : ILoggerProvider, ILoggerFactory
{
    private readonly ConcurrentQueue<LogEntry> _entries = new();
    private readonly ChangeSignal _added = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource<LogEntry>> _awaited = new();

    /// <summary>Everything logged so far, in order.</summary>
    public IReadOnlyCollection<LogEntry> Entries => [.. _entries];

    /// <summary>Completes with the first entry that has the id, logged already or later.</summary>
    public Task<LogEntry> FirstAsync(int eventId) => Awaited(eventId).Task;

    /// <summary>Completes with the first entry whose message contains the text, logged already or later.</summary>
    public async Task<LogEntry> FirstAsync(string text)
    {
        while (true)
        {
            var next = _added.Next;
            if (_entries.FirstOrDefault(one => one.Message.Contains(text, StringComparison.Ordinal)) is { } entry)
            {
                return entry;
            }

            await next.Within($"a log entry with '{text}'");
        }
    }

    public ILogger CreateLogger(string categoryName) => new Logger(this, "");

    /// <summary>What one silo of a cluster logs to.</summary>
    public ILoggerProvider Of(string silo) => new SiloLog(this, silo);

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public void Dispose()
    {
    }

    private TaskCompletionSource<LogEntry> Awaited(int eventId) =>
        _awaited.GetOrAdd(
            eventId, _ => new TaskCompletionSource<LogEntry>(TaskCreationOptions.RunContinuationsAsynchronously));

    private void Add(LogEntry entry)
    {
        _entries.Enqueue(entry);
        Awaited(entry.EventId).TrySetResult(entry);
        _added.Raise();
    }

    private sealed class SiloLog(LogCapture capture, string silo) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => new Logger(capture, silo);

        public void Dispose()
        {
        }
    }

    private sealed class Logger(LogCapture capture, string silo) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) =>
            capture.Add(new LogEntry(logLevel, eventId.Id, formatter(state, exception), silo));
    }
}
