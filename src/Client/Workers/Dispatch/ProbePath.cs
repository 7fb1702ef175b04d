using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace EndpointSync.Client.Workers.Dispatch;

/// <summary>
/// Where the worker asks itself: a path beside the synced routes, so that what hides them hides it. Whatever answers there is a route only by
/// accident.
/// </summary>
internal sealed class ProbePath
{
    private const string OwnSegments = "endpoint-sync/probe";

    private ProbePath(string value) => Value = value;

    /// <summary>The path, without a slash before it.</summary>
    public string Value { get; }

    /// <summary>The path below a group's prefix; below none if the prefix has parameters, whose values nobody can make up.</summary>
    public static ProbePath Below(RoutePattern? prefix) => prefix is null || prefix.Parameters.Count > 0
        ? new ProbePath(OwnSegments)
        : new ProbePath(string.Join('/', [.. prefix.PathSegments.Select(Text), OwnSegments]));

    /// <summary>The path that the application's endpoints were mapped with.</summary>
    public static string Of(EndpointDataSource endpoints) =>
        endpoints.Endpoints.Select(endpoint => endpoint.Metadata.GetMetadata<ProbePath>()).FirstOrDefault(path => path is not null)?.Value ?? OwnSegments;

    private static string Text(RoutePatternPathSegment segment) =>
        Uri.EscapeDataString(string.Concat(segment.Parts.Select(part => part is RoutePatternLiteralPart literal ? literal.Content : ((RoutePatternSeparatorPart)part).Content)));
}
