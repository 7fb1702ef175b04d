namespace EndpointSync.Silo.Idempotency;

/// <summary>An operation whose requests may have an <c>Idempotency-Key</c>, as an endpoint's metadata.</summary>
/// <param name="IsRepeatable">Whether it is harmless to run a request again whose outcome is unknown.</param>
internal sealed record IdempotentOperation(bool IsRepeatable)
{
    /// <summary>The name of the header.</summary>
    public const string Header = "Idempotency-Key";

    /// <summary>The header that an answer has which was given before.</summary>
    public const string ReplayHeader = "Idempotency-Replayed";

    private const int LongestKey = 255;

    /// <summary>Whether a caller may choose this key: 1 to 255 visible characters of ASCII.</summary>
    public static bool IsKey(string key) =>
        key.Length is > 0 and <= LongestKey && key.All(letter => letter is > ' ' and <= '~');

    /// <summary>The operation of a request with a key; null for another request.</summary>
    public static IdempotentOperation? Of(HttpContext http) => http.Request.Headers.ContainsKey(Header)
        ? http.GetEndpoint()?.Metadata.GetMetadata<IdempotentOperation>()
        : null;
}

/// <summary>Says which operations take an <c>Idempotency-Key</c>.</summary>
internal static class IdempotentOperationConventions
{
    // No body is longer, so none is written to a file.
    private const int LongestBody = 256 * 1024;

    /// <summary>Lets an operation take an <c>Idempotency-Key</c>.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="repeatable">Whether it is harmless to run a request again whose outcome is unknown.</param>
    public static RouteHandlerBuilder Idempotent(this RouteHandlerBuilder operation, bool repeatable = false) =>
        operation.WithMetadata(new IdempotentOperation(repeatable))
            .ProducesProblem(StatusCodes.Status409Conflict)
            .ProducesProblem(StatusCodes.Status422UnprocessableEntity)
            .AddEndpointFilter<IdempotencyFilter>();

    /// <summary>Prepares requests with a key, before anybody reads their bodies.</summary>
    public static void UseIdempotency(this WebApplication app) => app.Use((http, next) =>
    {
        if (IdempotentOperation.Of(http) is not null)
        {
            // The body is read again for the fingerprint.
            http.Request.EnableBuffering(LongestBody);
            // A caller that goes away comes back for the answer.
            http.RequestAborted = CancellationToken.None;
        }

        return next(http);
    });
}
