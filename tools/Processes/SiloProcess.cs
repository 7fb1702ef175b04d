namespace EndpointSync.Tools.Processes;

/// <summary>A real silo in its own operating system process.</summary>
public sealed class SiloProcess : ServerProcess
{
    private SiloProcess(ServerLaunch launch)
        : base(launch)
    {
    }

    /// <summary>Starts a silo and waits until <c>GET /health/ready</c> answers 200.</summary>
    /// <exception cref="InvalidOperationException">
    /// The silo is not built, or the process ended first; the message then has its exit code and the end of its output.
    /// </exception>
    /// <exception cref="TimeoutException">
    /// The silo was not ready within two minutes. The process was killed.
    /// </exception>
    public static Task<SiloProcess> StartAsync(
        SiloProcessOptions options, CancellationToken cancellationToken = default)
    {
        var program = options.Program is { } other
            ? ServerProgram.Of(other)
            : ServerProgram.Find(Path.Combine("src", "Silo"), "EndpointSync.Silo");
        ServerLaunch Launch() => new(
            "Silo", options.Name, program, ServerLaunch.AddressOf(options.HttpPort), options.OnOutput)
        {
            Configuration = SiloConfiguration.Of(options),
        };
        return ReadyAsync(() => new SiloProcess(Launch()), cancellationToken);
    }
}
