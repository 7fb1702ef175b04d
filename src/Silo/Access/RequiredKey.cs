using System.Security.Cryptography;
using System.Text;
using EndpointSync.Silo.Hosting;
using Microsoft.AspNetCore.Authorization;

namespace EndpointSync.Silo.Access;

/// <summary>
/// Lets a request in only with a configured key: one may do everything, the workers' may read the feed. Without one,
/// only this machine reaches the API.
/// </summary>
internal static class RequiredKey
{
    private const string Bearer = "Bearer ";

    public static void AddRequiredKey(this WebApplicationBuilder builder, HttpSettings settings)
    {
        builder.Services.AddSingleton(settings);
        if (settings.AdminKeyHash is null)
        {
            builder.AddLoopbackOnly();
        }
    }

    /// <summary>Refuses a request without a key for all that does not allow it, unknown paths included.</summary>
    public static void UseRequiredKey(this WebApplication app)
    {
        var settings = app.Services.GetRequiredService<HttpSettings>();
        if (settings.AdminKeyHash is not { } digits)
        {
            return;
        }

        var admin = Convert.FromHexString(digits);
        var worker = settings.WorkerKeyHash is { } others ? Convert.FromHexString(others) : null;
        app.Use(async (context, next) =>
        {
            var allowed = context.GetEndpoint()?.Metadata;
            var key = context.Request.Headers.Authorization;
            if (allowed?.GetMetadata<IAllowAnonymous>() is not null || IsKey(key, admin))
            {
                await next(context);
            }
            else if (worker is null || !IsKey(key, worker))
            {
                await RefuseAsync(context);
            }
            else if (allowed?.GetMetadata<WorkerAccess>() is not null)
            {
                await next(context);
            }
            else
            {
                await RefuseWorkerAsync(context);
            }
        });
    }

    // Compared in constant time, so that the time of an answer tells nothing about the hash.
    private static bool IsKey(Microsoft.Extensions.Primitives.StringValues authorization, byte[] hash) =>
        authorization is [{ } header] && header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
        && CryptographicOperations.FixedTimeEquals(
            hash, SHA256.HashData(Encoding.UTF8.GetBytes(header[Bearer.Length..].Trim())));

    private static Task RefuseAsync(HttpContext context)
    {
        context.Response.Headers.WWWAuthenticate = "Bearer";
        return TypedResults.Problem(
            title: "A valid key is required",
            detail: "Nothing was done. Send the key as 'Authorization: Bearer ...'.",
            statusCode: StatusCodes.Status401Unauthorized).ExecuteAsync(context);
    }

    private static Task RefuseWorkerAsync(HttpContext context) => TypedResults.Problem(
        title: "The workers' key may read the feed only",
        detail: "Nothing was done. This needs the key of EndpointSync:Http:AdminKeyHash.",
        statusCode: StatusCodes.Status403Forbidden).ExecuteAsync(context);
}
