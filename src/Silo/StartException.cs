namespace EndpointSync.Silo;

/// <summary>The silo cannot start; the message is for the person who started it.</summary>
/// <param name="message">What is wrong, with which value, and the remedy.</param>
/// <param name="exitCode">The process's exit code.</param>
internal sealed class StartException(
    string message, int exitCode = StartException.WrongConfiguration) : Exception(message)
{
    /// <summary>The conventional exit code for a configuration error: starting again does not help.</summary>
    public const int WrongConfiguration = 78;

    /// <summary>The conventional exit code for an unavailable service: starting again later may help.</summary>
    public const int Unavailable = 69;

    /// <summary>The process's exit code.</summary>
    public int ExitCode { get; } = exitCode;
}
