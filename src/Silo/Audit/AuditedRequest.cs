using System.Diagnostics;
using EndpointSync.Silo.Access;

namespace EndpointSync.Silo.Audit;

/// <summary>What the audit says of a request.</summary>
internal static class AuditedRequest
{
    public const int LongestDetail = 1_000;

    // Callers choose it, and nothing that exists has a longer one.
    private const int LongestName = 200;

    private const string Target = "id";

    /// <summary>Says that an operation is recorded behind its answer, and so works while the audit is away.</summary>
    public static RouteHandlerBuilder AuditedAfterwards(this RouteHandlerBuilder operation) =>
        operation.WithMetadata(new Afterwards());

    /// <summary>Gives an operation of the console the name that the same one has in the API.</summary>
    public static RouteHandlerBuilder AuditedAs(this RouteHandlerBuilder operation, string name) =>
        operation.WithMetadata(new SameOperation(name));

    public static bool IsRecordedAfterwards(HttpContext http) =>
        http.GetEndpoint()?.Metadata.GetMetadata<Afterwards>() is not null;

    /// <summary>Whether the request is for an operation that may change something.</summary>
    public static bool MayChange(HttpContext http) => http.GetEndpoint() is RouteEndpoint
        && !HttpMethods.IsGet(http.Request.Method) && !HttpMethods.IsHead(http.Request.Method);

    /// <summary>The entry of a request that has just come.</summary>
    public static AuditEntry EntryOf(HttpContext http, string silo) => new()
    {
        Silo = silo,
        Principal = http.User.Identity?.Name ?? "nobody",
        Role = string.Join(", ", Grant.Of(http.User).Select(grant => grant.ToString())),
        Address = http.Connection.RemoteIpAddress?.ToString(),
        RequestId = Activity.Current?.TraceId.ToHexString() ?? http.TraceIdentifier,
        Operation = OperationOf(http),
        Registry = Name(http.Registry()),
        Target = Name(http.GetRouteValue(Target) as string),
    };

    // One without a name is recorded all the same.
    private static string OperationOf(HttpContext http)
    {
        var endpoint = (RouteEndpoint)http.GetEndpoint()!;
        return endpoint.Metadata.GetMetadata<SameOperation>()?.Name
            ?? endpoint.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName
            ?? $"{http.Request.Method} {endpoint.RoutePattern.RawText}";
    }

    private static string? Name(string? given) => given is null ? null : VisibleText.Of(given, LongestName);

    private sealed class Afterwards;

    private sealed record SameOperation(string Name);
}
