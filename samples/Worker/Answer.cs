using EndpointSync.Client;
using Microsoft.Extensions.Options;

namespace EndpointSync.SampleWorker;

/// <summary>What this worker says of every request: which app, which value of the path, which version, and who answers.</summary>
internal sealed record Answer(string? App, string? Path, long? Version, string Worker)
{
    public static Answer Of(HttpContext http, IOptions<WorkerOptions> worker)
    {
        var route = http.GetSyncedRoute();
        return new Answer(route?.App, http.GetRouteValue("path") as string, route?.Version.Value, worker.Value.Name);
    }
}
