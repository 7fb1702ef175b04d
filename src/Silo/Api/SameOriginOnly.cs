using EndpointSync.Silo.Problems;

namespace EndpointSync.Silo.Api;

/// <summary>
/// Refuses requests that a page of another site makes an operator's browser send. The API trusts every caller that can
/// reach it, and a browser can reach the loopback interface on behalf of any page.
/// </summary>
internal static class SameOriginOnly
{
    public static void UseSameOriginOnly(this WebApplication app) => app.Use(async (context, next) =>
    {
        if (IsForeign(context.Request))
        {
            await ProblemTypes.ForeignOrigin.Answer(
                $"The page at {context.Request.Headers.Origin} does not belong to this server. Nothing was changed.")
                .ExecuteAsync(context);
            return;
        }
        await next(context);
    });

    // Only browsers send the header, and they send it with every request that can change something.
    private static bool IsForeign(HttpRequest request) =>
        request.Headers.Origin is [{ } origin]
        && !string.Equals(origin, $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase);
}
