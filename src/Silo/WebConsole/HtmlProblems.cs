using EndpointSync.WebConsole.Cluster;

namespace EndpointSync.Silo.WebConsole;

/// <summary>
/// Shows a problem as a page to whoever looks at the console with a browser. Programs, and whoever asks for the API,
/// get problem details.
/// </summary>
internal sealed class HtmlProblems(PageRenderer renderer) : IProblemDetailsWriter
{
    private static readonly string[] ForPrograms = ["/api", "/openapi", "/metrics", "/health"];

    public bool CanWrite(ProblemDetailsContext context)
    {
        var request = context.HttpContext.Request;
        return request.GetTypedHeaders().Accept.Any(
                accepted => accepted.MediaType.Equals("text/html", StringComparison.OrdinalIgnoreCase))
            && !ForPrograms.Any(path => request.Path.StartsWithSegments(path, StringComparison.OrdinalIgnoreCase));
    }

    public ValueTask WriteAsync(ProblemDetailsContext context)
    {
        var problem = context.ProblemDetails;
        var status = problem.Status ?? context.HttpContext.Response.StatusCode;
        return new ValueTask(renderer.WriteAsync(
            context.HttpContext, typeof(ProblemPage),
            new Dictionary<string, object>
            {
                [nameof(ProblemPage.Status)] = status,
                [nameof(ProblemPage.Title)] = problem.Title ?? "It failed",
                [nameof(ProblemPage.Detail)] = problem.Detail ?? "",
                [nameof(ProblemPage.Errors)] = (problem as HttpValidationProblemDetails)?.Errors
                    ?? new Dictionary<string, string[]>(),
            },
            status));
    }
}
