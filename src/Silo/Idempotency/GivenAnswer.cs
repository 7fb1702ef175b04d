using EndpointSync.Grains.Idempotency;

namespace EndpointSync.Silo.Idempotency;

/// <summary>An answer as bytes, so that it can be given again.</summary>
/// <param name="answer">The answer.</param>
/// <param name="value">What the bytes were made of.</param>
/// <param name="isReplay">Whether it was given before.</param>
internal sealed class GivenAnswer(StoredAnswer answer, object? value, bool isReplay)
    : IResult, IStatusCodeHttpResult, IValueHttpResult
{
    private static readonly string[] Headers = ["Content-Type", "ETag", "Location", "Retry-After"];

    public int? StatusCode => answer.Status;

    public object? Value => value;

    /// <summary>What a result writes.</summary>
    public static async Task<StoredAnswer> CaptureAsync(HttpContext http, IResult result)
    {
        var body = http.Response.Body;
        await using var written = new MemoryStream();
        http.Response.Body = written;
        try
        {
            await result.ExecuteAsync(http);
            await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
        }
        finally
        {
            http.Response.Body = body;
        }

        var headers = Headers.Where(name => http.Response.Headers.ContainsKey(name))
            .ToDictionary(name => name, name => $"{http.Response.Headers[name]}", StringComparer.Ordinal);
        return new StoredAnswer(http.Response.StatusCode, headers, written.ToArray());
    }

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = answer.Status;
        foreach (var (name, text) in answer.Headers)
        {
            response.Headers[name] = text;
        }

        if (isReplay)
        {
            response.Headers[IdempotentOperation.ReplayHeader] = "true";
        }

        if (answer.Body.Length > 0)
        {
            response.ContentLength = answer.Body.Length;
            await response.Body.WriteAsync(answer.Body, httpContext.RequestAborted);
        }
    }
}
