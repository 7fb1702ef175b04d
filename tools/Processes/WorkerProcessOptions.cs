namespace EndpointSync.Tools.Processes;

/// <summary>The configuration of a <see cref="WorkerProcess"/>.</summary>
public sealed record WorkerProcessOptions
{
    /// <summary>The registry whose routes the worker serves: Registry.</summary>
    public required string Registry { get; init; }

    /// <summary>The URLs of silos: EndpointSync:Worker:Silos.</summary>
    public required IReadOnlyList<Uri> Silos { get; init; }

    /// <summary>The worker's name in logs and among the subscribers: EndpointSync:Worker:Name.</summary>
    public string Name { get; init; } = "worker-1";

    /// <summary>The file for the worker's last route table: EndpointSync:Worker:SnapshotPath; null for none.</summary>
    public string? SnapshotPath { get; init; }

    /// <summary>Further keys. They take precedence over the other properties.</summary>
    public IReadOnlyDictionary<string, string> Configuration { get; init; } = new Dictionary<string, string>();

    /// <summary>The port on 127.0.0.1; 0 picks a free port.</summary>
    public int HttpPort { get; init; }

    /// <summary>EndpointSync.SampleWorker.dll of another checkout, built there; null for this checkout's.</summary>
    public string? Program { get; init; }

    /// <summary>Called with every line that the worker writes, from any thread; null for none.</summary>
    public Action<string>? OnOutput { get; init; }
}
