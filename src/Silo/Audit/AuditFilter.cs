using System.Text.Json;
using EndpointSync.Grains.Audit;
using EndpointSync.Grains.Hosting;
using EndpointSync.Silo.Problems;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

using HttpJson = Microsoft.AspNetCore.Http.Json.JsonOptions;

namespace EndpointSync.Silo.Audit;

/// <summary>
/// Leaves a row in the audit for each request that may change something, whatever the operation, so that none can be
/// forgotten. The row is written before anything is done; without it nothing is done. Operations that must work while
/// the audit is away are recorded behind the answer.
/// </summary>
internal sealed class AuditFilter(
    AuditStore store, AuditQueue queue, ILocalSiloDetails silo, IOptions<HttpJson> json) : IEndpointFilter
{
    private static readonly TimeSpan WriteTimeout = TimeSpan.FromSeconds(5);

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (!AuditedRequest.MayChange(http))
        {
            return await next(context);
        }

        http.Features.Set(new AuditedChange());
        var entry = AuditedRequest.EntryOf(http, silo.Name);
        if (AuditedRequest.IsRecordedAfterwards(http))
        {
            return await RunAsync(context, next, entry, AddAsync);
        }

        try
        {
            using var timeout = new CancellationTokenSource(WriteTimeout);
            entry = entry with { Id = await store.BeginAsync(entry, timeout.Token) };
        }
        catch (Exception failure)
        {
            return Unwritten(failure);
        }

        return await RunAsync(context, next, entry, CompleteAsync);
    }

    private async Task<object?> RunAsync(
        EndpointFilterInvocationContext context, EndpointFilterDelegate next, AuditEntry entry,
        Func<AuditEntry, Task> record)
    {
        try
        {
            var result = await next(context);
            await record(EndOf(entry, context.HttpContext, result));
            return result;
        }
        catch (Exception) when (context.HttpContext.RequestAborted.IsCancellationRequested)
        {
            await record(entry with { Detail = "The caller went away. It may have been done." });
            throw;
        }
        catch (Exception failure)
        {
            await record(WithProblem(entry, ProblemHandler.Describe(failure)));
            throw;
        }
    }

    private Task AddAsync(AuditEntry entry)
    {
        queue.AddReload(entry);
        return Task.CompletedTask;
    }

    // What was done is not undone because its end cannot be recorded at once.
    private async Task CompleteAsync(AuditEntry entry)
    {
        try
        {
            using var timeout = new CancellationTokenSource(WriteTimeout);
            await store.CompleteAsync(entry, timeout.Token);
        }
        catch (Exception)
        {
            queue.Add(entry);
        }
    }

    private AuditEntry EndOf(AuditEntry entry, HttpContext http, object? result)
    {
        var change = http.Features.Get<AuditedChange>()!;
        var ended = result is IValueHttpResult { Value: ProblemDetails problem }
            ? WithProblem(entry, problem)
            : entry with
            {
                Outcome = AuditOutcome.Done,
                Status = (result as IStatusCodeHttpResult)?.StatusCode ?? StatusCodes.Status200OK,
                Detail = change.Receipt?.Outcome.ToString(),
            };
        return ended with
        {
            Target = change.Target is null ? entry.Target : change.Target,
            Before = StateOf(change.Before),
            After = StateOf(change.After),
            Version = change.Receipt?.Version.Value,
        };
    }

    private JsonElement? StateOf(object? state) => state is null
        ? null
        : JsonSerializer.SerializeToElement(state, state.GetType(), json.Value.SerializerOptions);

    private static AuditEntry WithProblem(AuditEntry entry, ProblemDetails problem)
    {
        var errors = problem is HttpValidationProblemDetails { Errors: var fields }
            ? string.Join("; ", fields.Select(field => $"{field.Key}: {string.Join(", ", field.Value)}"))
            : null;
        return entry with
        {
            Outcome = problem.Status < StatusCodes.Status500InternalServerError
                ? AuditOutcome.Refused
                : AuditOutcome.Failed,
            Status = problem.Status,
            Detail = VisibleText.Of($"{problem.Title}: {errors ?? problem.Detail}", AuditedRequest.LongestDetail),
        };
    }

    private static ProblemHttpResult Unwritten(Exception failure) => ProblemTypes.AuditUnwritable.Answer(
        "Nothing was done, because nobody could see later who did it: "
        + $"{EndpointSyncServices.ProblemOf(failure)?.Detail ?? failure.Message} "
        + "Try again when the cluster's database is back.");
}
