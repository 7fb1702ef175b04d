using System.Buffers;
using EndpointSync.Worker.Probing;
using EndpointSync.Worker.Serving;
using EndpointSync.Routing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Matching;

namespace EndpointSync.Worker.Dispatch;

/// <summary>
/// Replaces the placeholder of the synced routes with the endpoint of the matched route. A request with a matching
/// route never waits. Only a request that asks for a newer version, or that no route matches, may wait.
/// </summary>
internal sealed class SyncedMatcherPolicy : MatcherPolicy, IEndpointSelectorPolicy
{
    private const int StackCharacters = 512;

    /// <summary>After all other policies, which first rule out the application's own endpoints.</summary>
    public override int Order => int.MaxValue;

    public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) =>
        ContainsDynamicEndpoints(endpoints) || endpoints.Any(endpoint =>
        endpoint.Metadata.GetMetadata<SyncedApps>() is not null
            || endpoint.Metadata.GetMetadata<ProbePath>() is not null);

    public Task ApplyAsync(HttpContext httpContext, CandidateSet candidates) =>
        httpContext.Request.Headers.ContainsKey(ProbeSecret.Header) && TryProbe(httpContext, candidates)
            ? Task.CompletedTask
            : ApplyAsync(httpContext, candidates, first: 0);

    private static Task ApplyAsync(HttpContext http, CandidateSet candidates, int first)
    {
        for (var index = first; index < candidates.Count; index++)
        {
            if (!candidates.IsValidCandidate(index))
            {
                continue;
            }

            var metadata = candidates[index].Endpoint.Metadata;
            if (metadata.GetMetadata<SyncedApps>() is { } apps)
            {
                var candidate = new SyncedCandidate(http, candidates, index, apps);
                var answering = AnswerAsync(candidate);
                if (!answering.IsCompletedSuccessfully)
                {
                    return ContinueAsync(answering, candidate);
                }

                if (candidate.IsAnswered)
                {
                    candidate.HideOthers();
                    return Task.CompletedTask;
                }
            }
            else if (metadata.GetMetadata<ProbePath>() is null)
            {
                // Candidates are ordered by precedence: a valid one before the synced routes' is the application's own,
                // and wins.
                return Task.CompletedTask;
            }
            else
            {
                // Without the worker's secret the probe's path is an ordinary path.
                candidates.SetValidity(index, false);
            }
        }

        return Task.CompletedTask;
    }

    // If one registry's routes do not answer, those of the next may.
    private static async Task ContinueAsync(Task answering, SyncedCandidate candidate)
    {
        await answering;
        if (candidate.IsAnswered)
        {
            candidate.HideOthers();
        }
        else
        {
            await ApplyAsync(candidate.Http, candidate.Candidates, candidate.Index + 1);
        }
    }

    // A candidate of the application before the synced routes' wins over the probe too: it hides the routes.
    private static bool TryProbe(HttpContext http, CandidateSet candidates)
    {
        for (var index = 0; index < candidates.Count; index++)
        {
            if (!candidates.IsValidCandidate(index))
            {
                continue;
            }

            var metadata = candidates[index].Endpoint.Metadata;
            var worker = metadata.GetMetadata<SyncedApps>()?.Worker ?? metadata.GetMetadata<ProbePath>()?.Worker;
            if (worker is null)
            {
                return false;
            }

            if (worker.Secret.IsIn(http.Request))
            {
                AnswerProbe(http, candidates, index, worker.Current.Routes);
                return true;
            }
        }

        return false;
    }

    private static void AnswerProbe(HttpContext http, CandidateSet candidates, int index, ServedRoutes? routes)
    {
        if (routes is not null)
        {
            Decision.Record(http, routes);
        }

        candidates.ReplaceEndpoint(index, routes is null ? Refusals.NoTable : ProbeAnswer.Endpoint, []);
        for (var other = 0; other < candidates.Count; other++)
        {
            candidates.SetValidity(other, other == index);
        }
    }

    private static Task AnswerAsync(SyncedCandidate candidate)
    {
        if (!MinVersion.TryRead(candidate.Http.Request, out var oldest, out var text))
        {
            return candidate.Answer(Refusals.NoVersion(text));
        }

        return candidate.Worker.Current.Routes is { } routes && routes.Version >= oldest
            ? MatchAsync(candidate, routes)
            : WaitAsync(candidate, oldest);
    }

    private static async Task WaitAsync(SyncedCandidate candidate, RouteVersion oldest)
    {
        var worker = candidate.Worker;
        var absent = oldest > RouteVersion.None
            ? await ArrivesAsync(worker, oldest, candidate.Http.RequestAborted)
            : null;
        if (worker.Current.Routes is not { } latest)
        {
            await candidate.Answer(Refusals.NoTable);
        }
        else
        {
            // The version may have arrived just after the wait.
            await (latest.Version >= oldest
                ? MatchAsync(candidate, latest)
                : candidate.Answer(Refusals.TooOld(oldest, latest.Version, worker.Options.MinVersionTimeout, absent)));
        }
    }

    /// <summary>
    /// Waits until a version arrives or can no longer arrive in time. Returns the newest version if it is older than
    /// the awaited one, and null otherwise.
    /// </summary>
    private static async Task<RouteVersion?> ArrivesAsync(
        RegistryWorker worker, RouteVersion oldest, CancellationToken aborted)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        var arrives = worker.Current.AtLeastAsync(oldest, worker.Options.MinVersionTimeout, ended.Token).AsTask();
        if (worker.Newest.CanAsk)
        {
            // The version usually arrives before the answer.
            var asked = worker.Newest.FindAsync(ended.Token);
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

    private static Task MatchAsync(SyncedCandidate candidate, ServedRoutes routes)
    {
        if (TryMatch(candidate, routes, isLast: !candidate.Worker.Newest.CanAsk))
        {
            return Task.CompletedTask;
        }

        return MatchNewestAsync(candidate, routes);
    }

    private static async Task MatchNewestAsync(SyncedCandidate candidate, ServedRoutes missed) =>
        TryMatch(
            candidate,
            await candidate.Worker.Newest.AfterAsync(missed, candidate.Http.RequestAborted) ?? missed,
            isLast: true);

    /// <summary>Decides the request; false if no route matches and a newer version may still have one.</summary>
    private static bool TryMatch(SyncedCandidate candidate, ServedRoutes routes, bool isLast)
    {
        var request = candidate.Http.Request;
        var length = RequestTarget.MostCharacters(request);
        var rented = length > StackCharacters ? ArrayPool<char>.Shared.Rent(length) : null;
        Span<char> buffer = rented ?? stackalloc char[StackCharacters];
        var path = RequestTarget.Decode(request, buffer);
        var match = routes.Image.Table.Match(path, request.Method, candidate.Worker.Options.Merged);
        var decided = Decide(candidate, routes, path, match, isLast);
        if (rented is not null)
        {
            ArrayPool<char>.Shared.Return(rented);
        }

        return decided;
    }

    private static bool Decide(
        SyncedCandidate candidate, ServedRoutes routes, ReadOnlySpan<char> path, RouteMatch match, bool isLast)
    {
        if (match.Outcome != RouteOutcome.Found && !isLast)
        {
            return false;
        }

        Decision.Record(candidate.Http, routes, candidate.Worker.Telemetry, match.Outcome);
        switch (match.Outcome)
        {
            case RouteOutcome.Found when !candidate.Worker.Options.AllowAmbiguousPaths
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
