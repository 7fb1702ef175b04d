using EndpointSync.Local.Processes;

namespace EndpointSync.Local.Workers;

/// <summary>The sample worker in an operating system process of its own; it is ready when it has routes.</summary>
public sealed class WorkerProcess : ServerProcess
{
    private WorkerProcess(ServerLaunch launch)
        : base(launch)
    {
    }

    /// <summary>Starts a worker and waits until <c>GET /health/ready</c> answers 200.</summary>
    /// <exception cref="InvalidOperationException">
    /// The process ended first, and the message has its exit code and the end of its output; or the worker is not built.
    /// </exception>
    /// <exception cref="TimeoutException">It was not ready within 60 seconds. The process was killed.</exception>
    public static Task<WorkerProcess> StartAsync(WorkerProcessOptions options, CancellationToken cancellationToken = default)
    {
        var program = ServerProgram.Find(Path.Combine("samples", "Worker"), "EndpointSync.SampleWorker");
        ServerLaunch Launch() => new("Worker", options.Name, program, ServerLaunch.AddressOf(options.HttpPort), options.OnOutput)
        {
            Configuration = Configuration(options),
        };
        return ReadyAsync(() => new WorkerProcess(Launch()), cancellationToken);
    }

    private static IEnumerable<KeyValuePair<string, string>> Configuration(WorkerProcessOptions options) =>
    [
        new("Registry", options.Registry),
        new("EndpointSync:Cluster:ConnectionString", options.ClusterConnectionString),
        new("EndpointSync:Cluster:ClusterId", options.ClusterId),
        new("EndpointSync:Worker:Name", options.Name),
        new("Logging:LogLevel:Microsoft.AspNetCore", "Warning"),
        // It is asked forty times in a second whether it is ready, and would tell each time that it is not.
        new("Logging:LogLevel:Microsoft.Extensions.Diagnostics.HealthChecks", "None"),
        .. options.SnapshotPath is { } path ? new KeyValuePair<string, string>[] { new("EndpointSync:Worker:SnapshotPath", path) } : [],
        .. options.Configuration,
    ];
}
