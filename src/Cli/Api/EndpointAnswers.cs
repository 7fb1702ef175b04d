using System.Text.Json.Serialization;

namespace EndpointSync.Cli.Api;

/// <summary>A page of endpoints.</summary>
internal sealed record EndpointList(IReadOnlyList<EndpointView> Endpoints, long? Next);

/// <summary>An endpoint.</summary>
internal sealed record EndpointView(
    long Id, string Name, string RootPath, string App, string? Description, bool Active, bool SaveHttpSession,
    bool RegistrySync, [property: JsonPropertyName("etag")] string ETag);

/// <summary>The fields of an endpoint that are given; null leaves one as it is.</summary>
internal sealed record EndpointEdit(
    string? Name, string? RootPath, string? App, string? Description, bool? Active, bool? SaveHttpSession);
