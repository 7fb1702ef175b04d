using EndpointSync.Core;
using EndpointSync.Worker.Dispatch;
using EndpointSync.Worker.Feed;
using EndpointSync.Worker.Health;
using EndpointSync.Worker.Probing;
using EndpointSync.Worker.Serving;
using EndpointSync.Worker.Snapshots;
using EndpointSync.Worker.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace EndpointSync.Worker;

/// <summary>All parts of the worker of one registry; an application may have several.</summary>
internal sealed class RegistryWorker : IDisposable
{
    private readonly SiloConnections _connections;
    private readonly SelfProbe _probe;

    public RegistryWorker(string registry, IOptionsMonitor<WorkerOptions> options, IServiceProvider services)
    {
        Options = options.Get(registry);
        Identity = new WorkerIdentity(registry, Options.Name) { Ring = Options.Ring };
        var clock = services.GetRequiredService<TimeProvider>();
        var state = new WorkerState();
        Current = new CurrentRoutes(clock);
        Telemetry = Create<WorkerTelemetry>(services, Identity, Current, state);
        _connections = Create<SiloConnections>(services, Identity, Options);
        var client = Create<SiloClient>(
            services, Identity, Options, new SiloKey(Options.Key, Options.KeyFile), _connections);
        var calls = Create<FeedCalls>(services, Identity, new SiloList(Options.Silos), client);
        Newest = new NewestVersion(Current, calls, Options, Telemetry, clock);
        Snapshots = Create<SnapshotStore>(services, Identity, Current, Options);
        Health = new WorkerHealth(Identity, Current, calls, state);
        _probe = Create<SelfProbe>(services, this);
        Loop = Create<FeedLoop>(
            services, Identity, calls, Create<FeedReader>(services, Identity, calls), Current, state, _probe, Apps,
            Create<FeedOutage>(services, Identity, calls, Current, state), Snapshots, Telemetry);
    }

    public WorkerOptions Options { get; }

    public WorkerIdentity Identity { get; }

    public CurrentRoutes Current { get; }

    public WorkerTelemetry Telemetry { get; }

    public NewestVersion Newest { get; }

    public ProbeSecret Secret { get; } = new();

    public AppDirectory Apps { get; } = new();

    public SnapshotStore Snapshots { get; }

    public WorkerHealth Health { get; }

    public FeedLoop Loop { get; }

    public void Dispose()
    {
        Loop.Dispose();
        Snapshots.Dispose();
        _probe.Dispose();
        _connections.Dispose();
    }

    private static T Create<T>(IServiceProvider services, params object[] parts) =>
        ActivatorUtilities.CreateInstance<T>(services, parts);
}
