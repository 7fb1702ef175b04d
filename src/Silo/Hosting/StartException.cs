namespace EndpointSync.Silo.Hosting;

/// <summary>The silo cannot start as it is configured; the message is for the person who configured it.</summary>
internal sealed class StartException(string message) : Exception(message)
{
    /// <summary>The process's exit code then: the conventional one for a configuration error.</summary>
    public const int ExitCode = 78;
}
