using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Tests.Testing;

/// <summary>A logged line.</summary>
public sealed record LogEntry(LogLevel Level, int EventId, string Message);

/// <summary>Keeps what is logged, and lets a test wait for an event.</summary>
public sealed class LogCapture : ILoggerProvider, ILoggerFactory
{
    private readonly ConcurrentQueue<LogEntry> _entries = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource<LogEntry>> _awaited = new();

    /// <summary>Everything logged so far, in order.</summary>
    public IReadOnlyCollection<LogEntry> Entries => [.. _entries];

    /// <summary>Completes with the first entry that has the id, logged already or later.</summary>
    public Task<LogEntry> FirstAsync(int eventId) => Awaited(eventId).Task;

    public ILogger CreateLogger(string categoryName) => new Logger(this);

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
    }

    private sealed class Logger(LogCapture capture) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception,
            Func<TState, Exception?, string> formatter) =>
            capture.Add(new LogEntry(logLevel, eventId.Id, formatter(state, exception)));
    }
}
