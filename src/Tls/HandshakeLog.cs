using Microsoft.Extensions.Logging;

namespace EndpointSync.Tls;

/// <summary>
/// Takes the place of the log for one handshake of Orleans' TLS middleware, which tells a failure to nobody but the
/// log, as an exception with its stack. What it logged becomes one line.
/// </summary>
internal sealed class HandshakeLog : IServiceProvider, ILoggerFactory, ILogger
{
    public Exception? Failure { get; private set; }

    public object? GetService(Type serviceType) => serviceType == typeof(ILoggerFactory) ? this : null;

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
        // There is nobody else to tell.
    }

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception,
        Func<TState, Exception?, string> formatter) => Failure ??= exception;

    public void Dispose()
    {
        // Holds nothing.
    }
}
