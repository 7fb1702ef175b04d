using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace EndpointSync.Client.Workers.Dispatch;

/// <summary>
/// The path of the worker's probe. It lies beside the synced routes, so that whatever hides them also hides the probe.
/// </summary>
internal sealed class ProbePath
{
    private const string OwnSegments = "endpoint-sync/probe";

    private ProbePath(string value) => Value = value;

    /// <summary>The path, without a leading slash.</summary>
    public string Value { get; }

    /// <summary>
    /// The path below a group's prefix. A prefix with parameters is left out, because their values are unknown.
    /// </summary>
    public static ProbePath Below(RoutePattern? prefix) => prefix is null || prefix.Parameters.Count > 0
        ? new ProbePath(OwnSegments)
        : new ProbePath(string.Join('/', [.. prefix.PathSegments.Select(Text), OwnSegments]));

    /// <summary>The probe path of the application's mapped endpoints.</summary>
    public static string Of(EndpointDataSource endpoints) =>
        endpoints.Endpoints
            .Select(endpoint => endpoint.Metadata.GetMetadata<ProbePath>())
            .FirstOrDefault(path => path is not null)?.Value ?? OwnSegments;

    private static string Text(RoutePatternPathSegment segment) =>
        Uri.EscapeDataString(string.Concat(segment.Parts.Select(part =>
            part is RoutePatternLiteralPart literal ? literal.Content : ((RoutePatternSeparatorPart)part).Content)));
}
