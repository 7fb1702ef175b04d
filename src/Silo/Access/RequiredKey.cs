using System.Security.Cryptography;
using System.Text;
using EndpointSync.Silo.Hosting;
using Microsoft.AspNetCore.Authorization;

namespace EndpointSync.Silo.Access;

/// <summary>Lets a request in only with the configured key. Without one, only this machine reaches the API.</summary>
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

    /// <summary>Refuses a request without the key for all that does not allow it, unknown paths included.</summary>
    public static void UseRequiredKey(this WebApplication app)
    {
        if (app.Services.GetRequiredService<HttpSettings>().AdminKeyHash is not { } digits)
        {
            return;
        }

        var hash = Convert.FromHexString(digits);
        app.Use(async (context, next) =>
        {
            if (context.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is null
                && !IsKey(context.Request.Headers.Authorization, hash))
            {
                await RefuseAsync(context);
                return;
            }

            await next(context);
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
}
