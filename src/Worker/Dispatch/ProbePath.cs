using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace EndpointSync.Worker.Dispatch;

/// <summary>
/// The path of the worker's probe. It lies beside the synced routes, so that whatever hides them also hides the probe.
/// </summary>
internal sealed class ProbePath
{
    private const string OwnSegments = "endpoint-sync/probe";

    private ProbePath(string value, RegistryWorker worker) => (Value, Worker) = (value, worker);

    /// <summary>The path, without a leading slash.</summary>
    public string Value { get; }

    /// <summary>The worker that sends the probe.</summary>
    public RegistryWorker Worker { get; }

    /// <summary>
    /// The path below a group's prefix. A prefix with parameters is left out, because their values are unknown.
    /// </summary>
    public static ProbePath Below(RoutePattern? prefix, RegistryWorker worker) =>
        prefix is null || prefix.Parameters.Count > 0
            ? new ProbePath(OwnSegments, worker)
            : new ProbePath(string.Join('/', [.. prefix.PathSegments.Select(Text), OwnSegments]), worker);

    /// <summary>The probe path of a worker's mapped endpoints.</summary>
    public static string Of(EndpointDataSource endpoints, RegistryWorker worker) =>
        endpoints.Endpoints
            .Select(endpoint => endpoint.Metadata.GetMetadata<ProbePath>())
            .FirstOrDefault(path => path?.Worker == worker)?.Value ?? OwnSegments;

    private static string Text(RoutePatternPathSegment segment) =>
        Uri.EscapeDataString(string.Concat(segment.Parts.Select(part =>
            part is RoutePatternLiteralPart literal ? literal.Content : ((RoutePatternSeparatorPart)part).Content)));
}
