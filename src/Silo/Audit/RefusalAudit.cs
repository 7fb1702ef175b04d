using EndpointSync.Grains.Audit;
using EndpointSync.Silo.Access;

namespace EndpointSync.Silo.Audit;

/// <summary>
/// Leaves a row in the audit for each change that a known caller asked for and no role of his allows. The operation and
/// its filter do not see such a request.
/// </summary>
internal static class RefusalAudit
{
    /// <summary>Records the refusals of what comes behind it.</summary>
    public static void UseRefusalAudit(this WebApplication app)
    {
        var queue = app.Services.GetRequiredService<AuditQueue>();
        var silo = app.Services.GetRequiredService<ILocalSiloDetails>();
        app.Use(async (http, next) =>
        {
            await next(http);
            if (IsRefused(http))
            {
                queue.Add(AuditedRequest.EntryOf(http, silo.Name) with
                {
                    Outcome = AuditOutcome.Refused,
                    Status = StatusCodes.Status403Forbidden,
                    Detail = $"The role is not enough: this needs {Needed(http)}.",
                });
            }
        });
    }

    private static bool IsRefused(HttpContext http) =>
        http.Response.StatusCode == StatusCodes.Status403Forbidden
        && AuditedRequest.MayChange(http)
        && http.User.Identity?.IsAuthenticated == true
        && http.Features.Get<AuditedChange>() is null;

    private static string Needed(HttpContext http) =>
        http.GetEndpoint()?.Metadata.GetMetadata<RequiredRole>() is { } required
            ? $"{required.Role}{(required.WholeCluster ? " in all registries" : "")}".ToLowerInvariant()
            : "one that nobody has";
}
