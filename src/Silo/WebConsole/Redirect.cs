namespace EndpointSync.Silo.WebConsole;

/// <summary>Leads to a page after an operation, so that loading it again does not repeat the operation.</summary>
internal sealed class Redirect(IResult answer, string path) : IResult, IStatusCodeHttpResult, IValueHttpResult
{
    public int? StatusCode => (answer as IStatusCodeHttpResult)?.StatusCode;

    /// <summary>What the operation answered, for the audit.</summary>
    public object? Value => (answer as IValueHttpResult)?.Value;

    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.Headers.Remove("ETag");
        httpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
        httpContext.Response.Headers.Location = $"{httpContext.Request.PathBase}{path}";
        return Task.CompletedTask;
    }
}
