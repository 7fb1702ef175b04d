using System.Security.Cryptography;
using System.Text;
using EndpointSync.Core;
using EndpointSync.Grains.Hosting;
using EndpointSync.Grains.Idempotency;
using EndpointSync.Silo.Problems;

namespace EndpointSync.Silo.Idempotency;

/// <summary>
/// Gives a repeated request the answer of the first one, instead of doing it twice. The key is durable before anything
/// is done, so a request is never run by two silos, and one whose silo died in the middle is never taken for new.
/// </summary>
internal sealed partial class IdempotencyFilter(
    IdempotencyStore store, ILocalSiloDetails silo, TimeProvider clock, ILogger<IdempotencyFilter> logger)
    : IEndpointFilter
{
    // Several of these fit into the store's lease.
    private static readonly TimeSpan BetweenSigns = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan StoreTimeout = TimeSpan.FromSeconds(5);

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (IdempotentOperation.Of(http) is not { } operation)
        {
            return await next(context);
        }

        if (http.Request.Headers[IdempotentOperation.Header] is not [{ } key] || !IdempotentOperation.IsKey(key))
        {
            return ProblemTypes.Invalid(new Dictionary<string, string[]>
            {
                [IdempotentOperation.Header] = ["must be given once, with 1 to 255 visible characters of ASCII"],
            });
        }

        var request = new IdempotentRequest(
            http.User.Identity!.Name!, key, await FingerprintAsync(http), Guid.NewGuid(), silo.Name);
        KnownKey known;
        try
        {
            using var timeout = new CancellationTokenSource(StoreTimeout, clock);
            known = await store.BeginAsync(request, operation.IsRepeatable, timeout.Token);
        }
        catch (Exception failure)
        {
            return ProblemTypes.IdempotencyUnavailable.Answer(
                $"Nothing was done: {EndpointSyncServices.ProblemOf(failure)?.Detail ?? failure.Message} Try again "
                + "when the cluster's database is back.");
        }

        return known.State == KeyState.First
            ? await RunAsync(context, next, request, operation)
            : Answer(http, known);
    }

    private static IResult Answer(HttpContext http, KnownKey known)
    {
        switch (known.State)
        {
            case KeyState.Answered:
                return new GivenAnswer(known.Answer!, value: null, isReplay: true);
            case KeyState.Running:
                http.Response.Headers.RetryAfter = "1";
                return ProblemTypes.IdempotencyKeyInUse.Answer(
                    $"Silo '{known.Silo}' has not answered it yet. Nothing was done by this request. Repeat it in "
                    + "1 s.");
            case KeyState.Unknown:
                return ProblemTypes.IdempotencyOutcomeUnknown.Answer(
                    $"Silo '{known.Silo}' began it, and died or lost its database in the middle. Nothing was done by "
                    + "this request. Look at the present state, and send what is still wanted with a new key.");
            default:
                return ProblemTypes.IdempotencyKeyReused.Answer(
                    "The first request with this key had another method, path, query, body or If-Match. Nothing was "
                    + "done. Use a new key for each request.");
        }
    }

    private async Task<object?> RunAsync(
        EndpointFilterInvocationContext context, EndpointFilterDelegate next, IdempotentRequest request,
        IdempotentOperation operation)
    {
        using var ended = new CancellationTokenSource();
        var alive = KeepAliveAsync(request, ended.Token);
        try
        {
            var result = (IResult)(await next(context))!;
            var answer = await GivenAnswer.CaptureAsync(context.HttpContext, result);
            await EndAsync(request, answer);
            return new GivenAnswer(answer, (result as IValueHttpResult)?.Value, isReplay: false);
        }
        catch (Exception failure)
        {
            await EndAsync(request, IsUndone(failure) || operation.IsRepeatable);
            throw;
        }
        finally
        {
            await ended.CancelAsync();
            await alive;
        }
    }

    // A request that was refused or failed has done nothing, and may be repeated.
    private Task EndAsync(IdempotentRequest request, StoredAnswer answer) =>
        answer.Status >= StatusCodes.Status400BadRequest
            ? EndAsync(request, isFree: true)
            : TryAsync(request, timeout => store.CompleteAsync(request, answer, timeout));

    private Task EndAsync(IdempotentRequest request, bool isFree) => TryAsync(
        request,
        timeout => isFree ? store.ReleaseAsync(request, timeout) : store.AbandonAsync(request, timeout));

    // What was done is not undone because its answer cannot be kept: the caller gets it, and who repeats the request
    // learns that nobody knows.
    private async Task TryAsync(IdempotentRequest request, Func<CancellationToken, Task> write)
    {
        try
        {
            using var timeout = new CancellationTokenSource(StoreTimeout, clock);
            await write(timeout.Token);
        }
        catch (Exception failure)
        {
            LogNotKept(request.Principal, new LogText(failure.Message));
        }
    }

    private async Task KeepAliveAsync(IdempotentRequest request, CancellationToken ended)
    {
        while (true)
        {
            await Task.Delay(BetweenSigns, clock, ended).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (ended.IsCancellationRequested)
            {
                return;
            }

            await TryAsync(request, timeout => store.KeepAliveAsync(request, timeout));
        }
    }

    private static bool IsUndone(Exception failure) =>
        failure is UnknownRegistryException || EndpointSyncServices.IsRolledBack(failure);

    private static async Task<byte[]> FingerprintAsync(HttpContext http)
    {
        var request = http.Request;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        // A line break is in none of them.
        hash.AppendData(Encoding.UTF8.GetBytes(
            $"{request.Method}\n{request.Path}\n{request.QueryString}\n{request.Headers.IfMatch}\n"));
        request.Body.Position = 0;
        await using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, http.RequestAborted);
        hash.AppendData(body.ToArray());
        return hash.GetHashAndReset();
    }

    [LoggerMessage(
        1144, LogLevel.Warning,
        "The answer to a request of {Principal} with an Idempotency-Key was not kept: {Reason} Repetitions are told "
        + "that its outcome is unknown")]
    private partial void LogNotKept(string principal, LogText reason);
}
