using Microsoft.AspNetCore.Http;

namespace EndpointSync.Worker.Dispatch;

/// <summary>The endpoints for refused requests: problem details with the reason and the remedy.</summary>
internal static class Refusals
{
    public static Endpoint NoTable { get; } = Unavailable(
        "The worker has no routes yet: it got none from the cluster or a snapshot. Try again soon.");

    public static Endpoint AmbiguousPath { get; } = Of(
        StatusCodes.Status400BadRequest,
        "The routes and the server read this path differently. Send it without encoded slashes, without dot segments, "
        + "and with one slash at its start.");

    /// <param name="asked">The requested version.</param>
    /// <param name="served">The worker's version.</param>
    /// <param name="waited">How long the request waited for the version.</param>
    /// <param name="newest">
    /// The newest version, if it is older than the requested one and so nothing could be waited for; otherwise null.
    /// </param>
    public static Endpoint TooOld(RouteVersion asked, RouteVersion served, TimeSpan waited, RouteVersion? newest) =>
        Unavailable(newest is null
            ? $"{SyncedHeaders.MinVersion} asks for version {asked}, but the worker still serves version {served} "
                + $"after {waited}. Try again soon."
            : $"{SyncedHeaders.MinVersion} asks for version {asked}, but the cluster's newest version is {newest} "
                + $"for this worker's ring; the worker serves version {served}. Ask for the version of a receipt.");

    public static Endpoint NoVersion(string text) => Of(
        StatusCodes.Status400BadRequest, $"{SyncedHeaders.MinVersion} is '{text}'; "
            + "it must be a non-negative whole number.");

    /// <summary>Sends the client to a path with fewer slashes, with the same method and query.</summary>
    public static Endpoint Moved(HttpRequest request, string path)
    {
        var encoded = string.Join('/', path.Split('/').Select(Uri.EscapeDataString));
        var location = request.PathBase.ToUriComponent() + encoded + request.QueryString.ToUriComponent();
        return Of(
            StatusCodes.Status308PermanentRedirect, "The path has repeated slashes, and a route without them.",
            "Location", location);
    }

    public static Endpoint MethodNotAllowed(IReadOnlyList<string> allowed)
    {
        var allow = string.Join(", ", allowed);
        return Of(StatusCodes.Status405MethodNotAllowed, $"The path allows only {allow}.", "Allow", allow);
    }

    public static RequestDelegate NoHandler(string? app) => Answer(
        StatusCodes.Status501NotImplemented,
        app is null
            ? "The route belongs to another consumer, and this worker has no handler for such routes."
            : $"This worker has no handler for app '{app}'.");

    private static Endpoint Unavailable(string detail) =>
        Of(StatusCodes.Status503ServiceUnavailable, detail, "Retry-After", "1");

    private static Endpoint Of(int status, string detail, string? header = null, string? value = null) =>
        new(Answer(status, detail, header, value), EndpointMetadataCollection.Empty, $"EndpointSync {status}");

    private static RequestDelegate Answer(int status, string detail, string? header = null, string? value = null) =>
        http =>
    {
        if (header is not null)
        {
            http.Response.Headers[header] = value;
        }

        return TypedResults.Problem(detail, statusCode: status).ExecuteAsync(http);
    };
}
