namespace EndpointSync.Tools.Processes;

/// <summary>The sample worker in its own operating system process; it is ready when it has routes.</summary>
public sealed class WorkerProcess : ServerProcess
{
    private WorkerProcess(ServerLaunch launch)
        : base(launch)
    {
    }

    /// <summary>Starts a worker and waits until <c>GET /health/ready</c> answers 200.</summary>
    /// <exception cref="InvalidOperationException">
    /// The worker is not built, or the process ended first; the message then has its exit code and the end of its
    /// output.
    /// </exception>
    /// <exception cref="TimeoutException">
    /// The worker was not ready within two minutes. The process was killed.
    /// </exception>
    public static Task<WorkerProcess> StartAsync(
        WorkerProcessOptions options, CancellationToken cancellationToken = default)
    {
        var program = options.Program is { } other
            ? ServerProgram.Of(other)
            : ServerProgram.Find(Path.Combine("samples", "Worker"), "EndpointSync.SampleWorker");
        ServerLaunch Launch() => new(
            "Worker", options.Name, program, ServerLaunch.AddressOf(options.HttpPort), options.OnOutput)
        {
            Configuration = Configuration(options),
        };
        return ReadyAsync(() => new WorkerProcess(Launch()), cancellationToken);
    }

    private static IEnumerable<KeyValuePair<string, string>> Configuration(WorkerProcessOptions options) =>
    [
        new("Registry", options.Registry),
        .. options.Silos.Select(
            (silo, index) => KeyValuePair.Create($"EndpointSync:Worker:Silos:{index}", silo.ToString())),
        new("EndpointSync:Worker:Name", options.Name),
        new("Logging:LogLevel:Microsoft.AspNetCore", "Warning"),
        // Readiness is polled forty times a second, and each negative result would be logged.
        new("Logging:LogLevel:Microsoft.Extensions.Diagnostics.HealthChecks", "None"),
        .. options.SnapshotPath is { } path
            ? new KeyValuePair<string, string>[] { new("EndpointSync:Worker:SnapshotPath", path) }
            : [],
        .. options.Configuration,
    ];
}
