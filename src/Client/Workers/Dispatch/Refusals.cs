using Microsoft.AspNetCore.Http;

namespace EndpointSync.Client.Workers.Dispatch;

/// <summary>The endpoints that answer what no handler answers: problem details that say why and what to do.</summary>
internal static class Refusals
{
    public static Endpoint NoTable { get; } = Unavailable("The worker has no routes yet: neither the cluster nor a snapshot has given it any. Try again soon.");

    /// <param name="asked">The version that was asked for.</param>
    /// <param name="served">The worker's.</param>
    /// <param name="waited">How long it was waited for.</param>
    /// <param name="newest">The newest there is, if it was not waited for because it is older.</param>
    public static Endpoint TooOld(RouteVersion asked, RouteVersion served, TimeSpan waited, RouteVersion? newest) => Unavailable(newest is null
        ? $"Version {asked} was asked for by {SyncedHeaders.MinVersion}, and the worker still serves version {served} after {waited}. Try again soon."
        : $"Version {asked} was asked for by {SyncedHeaders.MinVersion}, and the newest that the cluster knows of is {newest}; the worker serves version {served}. Ask for the version of a receipt.");

    public static Endpoint NoVersion(string text) => Of(
        StatusCodes.Status400BadRequest, $"{SyncedHeaders.MinVersion} is '{text}'; it must be a whole number that is not negative.");

    public static Endpoint MethodNotAllowed(IReadOnlyList<string> allowed)
    {
        var allow = string.Join(", ", allowed);
        return Of(StatusCodes.Status405MethodNotAllowed, $"The path is answered for {allow}.", "Allow", allow);
    }

    public static RequestDelegate NoHandler(string? app) => Answer(
        StatusCodes.Status501NotImplemented,
        app is null
            ? "The route belongs to another consumer than this worker, which has no handler for such routes."
            : $"This worker has no handler for app '{app}'.");

    private static Endpoint Unavailable(string detail) => Of(StatusCodes.Status503ServiceUnavailable, detail, "Retry-After", "1");

    private static Endpoint Of(int status, string detail, string? header = null, string? value = null) =>
        new(Answer(status, detail, header, value), EndpointMetadataCollection.Empty, $"EndpointSync {status}");

    private static RequestDelegate Answer(int status, string detail, string? header = null, string? value = null) => http =>
    {
        if (header is not null)
        {
            http.Response.Headers[header] = value;
        }

        return TypedResults.Problem(detail, statusCode: status).ExecuteAsync(http);
    };
}
