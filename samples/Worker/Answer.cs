using EndpointSync.Worker;
using Microsoft.Extensions.Options;

namespace EndpointSync.SampleWorker;

/// <summary>
/// The sample worker's answer to every request: the app, the path value, the version, and the worker's name.
/// </summary>
internal sealed record Answer(string? App, string? Path, long? Version, string Worker)
{
    public static Answer Of(HttpContext http, IOptions<WorkerOptions> worker)
    {
        var route = http.GetSyncedRoute();
        return new Answer(
            route?.App, http.GetRouteValue("application_path") as string, route?.Version.Value, worker.Value.Name);
    }
}
