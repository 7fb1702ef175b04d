namespace EndpointSync.Silo.Api;

/// <summary>
/// Refuses what a page of another site makes an operator's browser send. The API trusts whoever reaches it, and a browser reaches the loopback
/// interface on behalf of any page.
/// </summary>
internal static class SameOriginOnly
{
    public static void UseSameOriginOnly(this WebApplication app) => app.Use(async (context, next) =>
    {
        if (IsForeign(context.Request))
        {
            await TypedResults.Problem(
                title: "Requests from other sites are refused",
                detail: $"The page at {context.Request.Headers.Origin} is not of this server. Nothing was done.",
                statusCode: StatusCodes.Status403Forbidden).ExecuteAsync(context);
            return;
        }
        await next(context);
    });

    // Only browsers send the header, and they send it with everything that can change something.
    private static bool IsForeign(HttpRequest request) =>
        request.Headers.Origin is [{ } origin] && !string.Equals(origin, $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase);
}
