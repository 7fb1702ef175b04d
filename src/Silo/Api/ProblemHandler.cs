using EndpointSync.Grains.History;
using EndpointSync.Grains.Hosting;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;

namespace EndpointSync.Silo.Api;

/// <summary>Turns an exception into problem details: what failed, with which value, and what happens next.</summary>
internal sealed partial class ProblemHandler(
    IProblemDetailsService problems, ILogger<ProblemHandler> logger)
    : IExceptionHandler
{
    // The conventional status after the client has closed the connection; no client receives it.
    private const int ClientClosedRequest = 499;

    public async ValueTask<bool> TryHandleAsync(
        HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (httpContext.RequestAborted.IsCancellationRequested)
        {
            httpContext.Response.StatusCode = ClientClosedRequest;
            return true;
        }
        var problem = Describe(exception);
        if (problem.Status == StatusCodes.Status500InternalServerError)
        {
            LogUnexpected(exception, httpContext.Request.Method, httpContext.Request.Path);
        }

        httpContext.Response.StatusCode = problem.Status!.Value;
        return await problems.TryWriteAsync(
            new ProblemDetailsContext { HttpContext = httpContext, ProblemDetails = problem, Exception = exception });
    }

    /// <summary>The answer to a failure.</summary>
    public static ProblemDetails Describe(Exception exception) => exception switch
    {
        UnknownRegistryException unknown => Problem(StatusCodes.Status404NotFound, "No such registry", unknown.Message),
        UnknownVersionException unknown => Problem(StatusCodes.Status404NotFound, "No such version", unknown.Message),
        BadHttpRequestException bad => Problem(
            bad.StatusCode, "The request cannot be read", $"{bad.Message} {bad.InnerException?.Message}".TrimEnd()),
        TimeoutException => Problem(
            StatusCodes.Status504GatewayTimeout, "The coordinator did not answer in time",
            "Whether the sync was committed is unknown. A retry is safe: a sync without due changes does nothing."),
        Orleans.Runtime.OrleansException unreachable => Problem(
            StatusCodes.Status503ServiceUnavailable, "The coordinator cannot be reached",
            $"{unreachable.Message} The coordinator moves to a live silo by itself; try again in a moment."),
        _ when EndpointSyncServices.ProblemOf(exception) is { } problem => FromPostgres(problem),
        _ => Problem(StatusCodes.Status500InternalServerError, "Unexpected error", "The silo's log has the details."),
    };

    private static ProblemDetails FromPostgres(ReloadProblem problem)
    {
        var details = problem.SqlState switch
        {
            "55P03" => Problem(StatusCodes.Status409Conflict, "The row is open in another session", problem.Detail),
            "42501" => Problem(
                StatusCodes.Status403Forbidden, "The registry's database role lacks a privilege", problem.Detail),
            _ => Problem(StatusCodes.Status503ServiceUnavailable, "The registry's database refused", problem.Detail),
        };
        details.Extensions["sqlState"] = problem.SqlState;
        return details;
    }

    private static ProblemDetails Problem(int status, string title, string detail) =>
        new() { Status = status, Title = title, Detail = detail };

    [LoggerMessage(2101, LogLevel.Error, "{Method} {Path} ended with an unexpected error")]
    private partial void LogUnexpected(Exception exception, string method, PathString path);
}
