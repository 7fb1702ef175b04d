using System.Buffers;
using EndpointSync.Client.Workers.Probing;
using EndpointSync.Client.Workers.Serving;
using EndpointSync.Routing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Matching;
using Microsoft.Extensions.Options;

namespace EndpointSync.Client.Workers.Dispatch;

/// <summary>
/// Replaces the placeholder of the synced routes with the endpoint of the matched route. A request with a matching
/// route never waits. Only a request that asks for a newer version, or that no route matches, may wait.
/// </summary>
internal sealed class SyncedMatcherPolicy(
    CurrentRoutes current, NewestVersion newest, ProbeSecret secret, IOptions<WorkerOptions> options)
    : MatcherPolicy, IEndpointSelectorPolicy
{
    private const int StackCharacters = 512;

    private readonly TimeSpan _minVersionTimeout = options.Value.MinVersionTimeout;
    private readonly bool _allowAmbiguousPaths = options.Value.AllowAmbiguousPaths;

    private readonly MergedSlashes _merged =
        options.Value.Werkzeug == "3.1" ? MergedSlashes.NotFound : MergedSlashes.Redirect;

    /// <summary>After all other policies, which first rule out the application's own endpoints.</summary>
    public override int Order => int.MaxValue;

    public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) =>
        ContainsDynamicEndpoints(endpoints) || endpoints.Any(endpoint =>
        endpoint.Metadata.GetMetadata<SyncedApps>() is not null
            || endpoint.Metadata.GetMetadata<ProbePath>() is not null);

    public Task ApplyAsync(HttpContext httpContext, CandidateSet candidates)
    {
        for (var index = 0; index < candidates.Count; index++)
        {
            if (!candidates.IsValidCandidate(index))
            {
                continue;
            }

            var metadata = candidates[index].Endpoint.Metadata;
            if (metadata.GetMetadata<SyncedApps>() is { } apps)
            {
                return AnswerAsync(new SyncedCandidate(httpContext, candidates, index, apps));
            }

            // Candidates are ordered by precedence: a valid one before the synced routes' is the application's own, and
            // wins.
            if (metadata.GetMetadata<ProbePath>() is null)
            {
                return Task.CompletedTask;
            }

            if (secret.IsIn(httpContext.Request))
            {
                return Probe(httpContext, candidates, index);
            }

            // For all other callers the probe's path is an ordinary path.
            candidates.SetValidity(index, false);
        }

        return Task.CompletedTask;
    }

    private Task AnswerAsync(SyncedCandidate candidate)
    {
        if (secret.IsIn(candidate.Http.Request))
        {
            return Probe(candidate.Http, candidate.Candidates, candidate.Index);
        }

        if (!MinVersion.TryRead(candidate.Http.Request, out var oldest, out var text))
        {
            return candidate.Answer(Refusals.NoVersion(text));
        }

        return current.Routes is { } routes && routes.Version >= oldest
            ? MatchAsync(candidate, routes)
            : WaitAsync(candidate, oldest);
    }

    private Task Probe(HttpContext http, CandidateSet candidates, int index)
    {
        var routes = current.Routes;
        if (routes is not null)
        {
            Decision.Record(http, routes);
        }

        candidates.ReplaceEndpoint(index, routes is null ? Refusals.NoTable : ProbeAnswer.Endpoint, []);
        return Task.CompletedTask;
    }

    private async Task WaitAsync(SyncedCandidate candidate, RouteVersion oldest)
    {
        var absent = oldest > RouteVersion.None ? await ArrivesAsync(oldest, candidate.Http.RequestAborted) : null;
        if (current.Routes is not { } latest)
        {
            await candidate.Answer(Refusals.NoTable);
        }
        else
        {
            // The version may have arrived just after the wait.
            await (latest.Version >= oldest
                ? MatchAsync(candidate, latest)
                : candidate.Answer(Refusals.TooOld(oldest, latest.Version, _minVersionTimeout, absent)));
        }
    }

    /// <summary>
    /// Waits until a version arrives or can no longer arrive in time. Returns the newest version if it is older than
    /// the awaited one, and null otherwise.
    /// </summary>
    private async Task<RouteVersion?> ArrivesAsync(RouteVersion oldest, CancellationToken aborted)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        var arrives = current.AtLeastAsync(oldest, _minVersionTimeout, ended.Token).AsTask();
        if (newest.CanAsk)
        {
            // The version usually arrives before the answer.
            var asked = newest.FindAsync(ended.Token);
            if (await Task.WhenAny(arrives, asked) == asked && await asked is { } known && known < oldest)
            {
                await ended.CancelAsync();
                return known;
            }
        }

        await arrives;
        await ended.CancelAsync();
        return null;
    }

    private Task MatchAsync(SyncedCandidate candidate, ServedRoutes routes)
    {
        if (TryMatch(candidate, routes, isLast: !newest.CanAsk))
        {
            return Task.CompletedTask;
        }

        return MatchNewestAsync(candidate, routes);
    }

    private async Task MatchNewestAsync(SyncedCandidate candidate, ServedRoutes missed) =>
        TryMatch(candidate, await newest.AfterAsync(missed, candidate.Http.RequestAborted) ?? missed, isLast: true);

    /// <summary>Decides the request; false if no route matches and a newer version may still have one.</summary>
    private bool TryMatch(SyncedCandidate candidate, ServedRoutes routes, bool isLast)
    {
        var request = candidate.Http.Request;
        var length = RequestTarget.MostCharacters(request);
        var rented = length > StackCharacters ? ArrayPool<char>.Shared.Rent(length) : null;
        Span<char> buffer = rented ?? stackalloc char[StackCharacters];
        var path = RequestTarget.Decode(request, buffer);
        var decided = Decide(candidate, routes, path, routes.Image.Table.Match(path, request.Method, _merged), isLast);
        if (rented is not null)
        {
            ArrayPool<char>.Shared.Return(rented);
        }

        return decided;
    }

    private bool Decide(
        SyncedCandidate candidate, ServedRoutes routes, ReadOnlySpan<char> path, RouteMatch match, bool isLast)
    {
        if (match.Outcome != RouteOutcome.Found && !isLast)
        {
            return false;
        }

        Decision.Record(candidate.Http, routes);
        switch (match.Outcome)
        {
            case RouteOutcome.Found when !_allowAmbiguousPaths
                && !PathAgreement.IsGiven(candidate.Http.Request, path):
                candidate.Answer(Refusals.AmbiguousPath);
                break;
            case RouteOutcome.Found:
                candidate.Answer(match);
                break;
            case RouteOutcome.Redirect:
                candidate.Answer(Refusals.Moved(candidate.Http.Request, match.GetRedirectPath()));
                break;
            case RouteOutcome.MethodNotAllowed:
                candidate.Answer(Refusals.MethodNotAllowed(match.GetAllowedMethods()));
                break;
            default:
                candidate.Leave();
                break;
        }

        return true;
    }
}
