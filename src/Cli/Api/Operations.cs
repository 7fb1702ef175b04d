using EndpointSync.Wire;

namespace EndpointSync.Cli.Api;

/// <summary>
/// Every operation of the HTTP API that a command uses. A test compares them with docs/reference/openapi.json.
/// </summary>
internal static class Operations
{
    private const string Registry = "/api/v1/registries/{registry}";
    private const string Endpoint = $"{Registry}/endpoints/{{id}}";
    private const string IfMatch = "If-Match";

    public static ApiOperation Registries { get; } =
        new(HttpMethod.Get, "/api/v1/registries", typeof(IReadOnlyList<string>));

    public static ApiOperation Status { get; } = new(HttpMethod.Get, Registry, typeof(RegistryStatus));

    public static ApiOperation Subscribers { get; } =
        new(HttpMethod.Get, $"{Registry}/subscribers", typeof(SubscriberList), "cursor", "limit");

    public static ApiOperation Quarantine { get; } =
        new(HttpMethod.Get, $"{Registry}/quarantine", typeof(QuarantineList), "cursor");

    public static ApiOperation Writers { get; } = new(HttpMethod.Get, $"{Registry}/writers", typeof(WriterList));

    public static ApiOperation Reload { get; } = new(
        HttpMethod.Post, $"{Registry}/reload", typeof(ReloadReceipt), "wait", "lock", "timeout", "allowMassRemoval",
        "attach", "rings", "hold", "abortOn");

    public static ApiOperation Rollout { get; } = new(HttpMethod.Get, $"{Registry}/rollout", typeof(Rollout));

    public static ApiOperation Routes { get; } =
        new(HttpMethod.Get, $"{Registry}/routes", typeof(RouteList), "version", "cursor");

    public static ApiOperation Versions { get; } =
        new(HttpMethod.Get, $"{Registry}/versions", typeof(VersionPage), "cursor", "limit");

    public static ApiOperation Version { get; } =
        new(HttpMethod.Get, $"{Registry}/versions/{{version}}", typeof(VersionDetails));

    public static ApiOperation Diff { get; } =
        new(HttpMethod.Get, $"{Registry}/diff", typeof(RouteDiff), "from", "to", "cursor");

    public static ApiOperation Explain { get; } =
        new(HttpMethod.Get, $"{Registry}/explain", typeof(Explanation), "path", "method", "version");

    public static ApiOperation Overlaps { get; } =
        new(HttpMethod.Get, $"{Registry}/overlaps", typeof(OverlapList), "cursor");

    public static ApiOperation Plan { get; } = new(HttpMethod.Get, $"{Registry}/plan", typeof(Plan), "cursor");

    public static ApiOperation Rollback { get; } =
        new(HttpMethod.Post, $"{Registry}/rollback", typeof(ReloadReceipt), "wait", "timeout")
        {
            Body = typeof(RollbackRequest),
        };

    public static ApiOperation Pin { get; } = new(HttpMethod.Get, $"{Registry}/pin", typeof(PinState), "cursor");

    public static ApiOperation Unpin { get; } =
        new(
            HttpMethod.Delete, $"{Registry}/pin", typeof(ReloadReceipt), "seen", "wait", "lock", "timeout",
            "allowMassRemoval");

    /// <summary>Its answer is a stream of server-sent events.</summary>
    public static ApiOperation Events { get; } =
        new(HttpMethod.Get, $"{Registry}/events", Answer: null, "after", "Last-Event-ID");

    public static ApiOperation Endpoints { get; } =
        new(HttpMethod.Get, $"{Registry}/endpoints", typeof(EndpointList), "cursor");

    public static ApiOperation AddEndpoint { get; } =
        new(HttpMethod.Post, $"{Registry}/endpoints", typeof(EndpointView)) { Body = typeof(EndpointEdit) };

    public static ApiOperation ShowEndpoint { get; } = new(HttpMethod.Get, Endpoint, typeof(EndpointView));

    public static ApiOperation ChangeEndpoint { get; } =
        new(HttpMethod.Patch, Endpoint, typeof(EndpointView), IfMatch) { Body = typeof(EndpointEdit) };

    public static ApiOperation ArchiveEndpoint { get; } =
        new(HttpMethod.Post, $"{Endpoint}/archive", typeof(EndpointView), IfMatch);

    public static ApiOperation DeleteEndpoint { get; } = new(HttpMethod.Delete, Endpoint, Answer: null, IfMatch);

    public static ApiOperation Gateways { get; } = new(HttpMethod.Get, "/api/v1/gateways", typeof(GatewayList));

    public static ApiOperation Keys { get; } = new(HttpMethod.Get, "/api/v1/keys", typeof(IReadOnlyList<ApiKey>));

    public static ApiOperation CreateKey { get; } =
        new(HttpMethod.Post, "/api/v1/keys", typeof(CreatedApiKey)) { Body = typeof(ApiKeyDraft) };

    public static ApiOperation RevokeKey { get; } = new(HttpMethod.Delete, "/api/v1/keys/{id}", typeof(ApiKey));

    public static ApiOperation Audit { get; } = new(
        HttpMethod.Get, "/api/v1/audit", typeof(AuditPage), "registry", "principal", "operation", "outcome", "since",
        "until", "before", "limit");

    public static ApiOperation Doctor { get; } = new(HttpMethod.Get, "/api/v1/doctor", typeof(DoctorReport));
}
