using EndpointSync.Worker.Feed;
using EndpointSync.Worker.Serving;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EndpointSync.Worker.Health;

/// <summary>
/// Whether the worker can serve. A worker without routes is unhealthy. A worker with possibly old routes is degraded,
/// with the reason, so that a cluster outage does not take all workers out of service.
/// </summary>
internal sealed class WorkerHealth(
    WorkerIdentity worker, CurrentRoutes current, FeedCalls calls, WorkerState state)
    : IHealthCheck
{
    public const string Name = "endpoint-sync";
    public const string Ready = "ready";

    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(Check());

    private HealthCheckResult Check()
    {
        if (current.Routes is not { } routes)
        {
            return HealthCheckResult.Unhealthy(
                $"The worker has no routes of {worker.Registry} yet. {Reason(null)}".TrimEnd(), data: Data(null));
        }

        var serves = $"The worker serves version {routes.Version} of {worker.Registry}";
        return Reason(routes) is { } reason
            ? HealthCheckResult.Degraded($"{serves}. {reason}", data: Data(routes))
            : HealthCheckResult.Healthy($"{serves}.", Data(routes));
    }

    private string? Reason(ServedRoutes? routes) =>
        !calls.IsConnected
            ? "It is not connected to the cluster"
                + (routes is { FromSnapshot: true } ? ", and the routes are from a snapshot" : "")
                + (state.FeedProblem is { } reason ? $": {reason}." : ".")
        : state.All() is { } problem ? $"Problem: {problem}"
        : routes is { FromSnapshot: true } ? "The routes are from a snapshot that no silo has confirmed yet."
        : null;

    private Dictionary<string, object> Data(ServedRoutes? routes) => new(StringComparer.Ordinal)
    {
        ["worker"] = worker.Name,
        ["registry"] = worker.Registry,
        ["version"] = routes?.Version.Value ?? 0,
        ["confirmed"] = state.Confirmed.Value,
        ["connected"] = calls.IsConnected,
        ["snapshot"] = routes?.FromSnapshot ?? false,
    };
}
