using EndpointSync.Grains.History;
using EndpointSync.Grains.Hosting;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;

namespace EndpointSync.Silo.Problems;

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
        UnknownRegistryException unknown => ProblemTypes.NoSuchRegistry.Describe(unknown.Message),
        UnknownVersionException unknown => ProblemTypes.NoSuchVersion.Describe(unknown.Message),
        BadHttpRequestException bad => FromServer(bad),
        TimeoutException => ProblemTypes.CoordinatorTimeout.Describe(
            "Whether the sync was committed is unknown. A retry is safe: a sync without due changes does nothing."),
        Orleans.Runtime.OrleansException unreachable => ProblemTypes.CoordinatorUnreachable.Describe(
            $"{unreachable.Message} The coordinator moves to a live silo by itself; try again in a moment."),
        _ when EndpointSyncServices.ProblemOf(exception) is { } problem => FromPostgres(problem),
        _ => ProblemTypes.UnexpectedError.Describe("The silo's log has the details."),
    };

    private static ProblemDetails FromServer(BadHttpRequestException bad)
    {
        var detail = $"{bad.Message} {bad.InnerException?.Message}".TrimEnd();
        return ProblemTypes.OfServer(bad.StatusCode)?.Describe(detail)
            ?? new ProblemDetails { Status = bad.StatusCode, Title = "The request cannot be read", Detail = detail };
    }

    private static ProblemDetails FromPostgres(ReloadProblem problem)
    {
        var details = problem.SqlState switch
        {
            "55P03" => ProblemTypes.RowOpenElsewhere.Describe(problem.Detail),
            "42501" => ProblemTypes.DatabasePrivilegeMissing.Describe(problem.Detail),
            _ => ProblemTypes.DatabaseRefused.Describe(problem.Detail),
        };
        details.Extensions["sqlState"] = problem.SqlState;
        return details;
    }

    [LoggerMessage(2101, LogLevel.Error, "{Method} {Path} ended with an unexpected error")]
    private partial void LogUnexpected(Exception exception, string method, PathString path);
}
