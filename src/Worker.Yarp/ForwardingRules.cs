using EndpointSync.Worker.Dispatch;
using Microsoft.AspNetCore.Http;

namespace EndpointSync.Worker.Yarp;

/// <summary>Which requests another server must not get, because it may read them otherwise than the worker.</summary>
internal static class ForwardingRules
{
    /// <summary>Answers 400 to a request that must not be forwarded.</summary>
    /// <returns>Whether the request may be forwarded.</returns>
    public static async Task<bool> AllowAsync(HttpContext http)
    {
        if (ReasonAgainst(http.Request) is not { } reason)
        {
            return true;
        }

        await TypedResults.Problem(reason, statusCode: StatusCodes.Status400BadRequest).ExecuteAsync(http);
        return false;
    }

    private static string? ReasonAgainst(HttpRequest request)
    {
        if (HasUnsafeCharacter(request))
        {
            return "The target has a space, a control character or a character beyond ASCII. Encode it.";
        }

        return HasDotSegment(request)
            ? "The path has a dot segment, which the server behind this worker may resolve to another path."
            : null;
    }

    // It would become part of the request line for the other server, which may end the line or the target there.
    private static bool HasUnsafeCharacter(HttpRequest request) =>
        RequestTarget.Raw(request).ContainsAnyExceptInRange('!', '~');

    // Some servers cut off path parameters before they resolve dot segments: ";x" after the segment.
    private static bool HasDotSegment(HttpRequest request)
    {
        var path = RequestTarget.Decode(request, new char[RequestTarget.MostCharacters(request)]);
        foreach (var segment in path.SplitAny('/', '\\'))
        {
            var text = path[segment];
            var parameters = text.IndexOf(';');
            if ((parameters < 0 ? text : text[..parameters]) is "." or "..")
            {
                return true;
            }
        }

        return false;
    }
}
