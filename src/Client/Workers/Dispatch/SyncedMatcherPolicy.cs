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
/// Puts the endpoint of the matched route in the place of the one that stands for all of them. A request that a route answers is matched without
/// waiting for anything; only one that asks for a newer version, or that no route answers, may wait.
/// </summary>
internal sealed class SyncedMatcherPolicy(CurrentRoutes current, NewestVersion newest, ProbeSecret secret, IOptions<WorkerOptions> options)
    : MatcherPolicy, IEndpointSelectorPolicy
{
    private const int StackCharacters = 512;

    private readonly TimeSpan _minVersionTimeout = options.Value.MinVersionTimeout;

    /// <summary>After all others, which say first which of the application's own endpoints are out of the question.</summary>
    public override int Order => int.MaxValue;

    public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) => ContainsDynamicEndpoints(endpoints) || endpoints.Any(endpoint =>
        endpoint.Metadata.GetMetadata<SyncedApps>() is not null || endpoint.Metadata.GetMetadata<ProbePath>() is not null);

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
                return AnswerAsync(new Place(httpContext, candidates, index, apps));
            }

            // Candidates are in the order of their precedence: a valid one before the synced routes' is the application's own, and wins.
            if (metadata.GetMetadata<ProbePath>() is null)
            {
                return Task.CompletedTask;
            }

            if (secret.IsIn(httpContext.Request))
            {
                return Probe(httpContext, candidates, index);
            }

            // To anybody but the worker itself the probe's own path is a path like any other.
            candidates.SetValidity(index, false);
        }

        return Task.CompletedTask;
    }

    private Task AnswerAsync(Place place)
    {
        if (secret.IsIn(place.Http.Request))
        {
            return Probe(place.Http, place.Candidates, place.Index);
        }

        if (!MinVersion.TryRead(place.Http.Request, out var oldest, out var text))
        {
            return place.Answer(Refusals.NoVersion(text));
        }

        return current.Routes is { } routes && routes.Version >= oldest ? MatchAsync(place, routes) : WaitAsync(place, oldest);
    }

    private Task Probe(HttpContext http, CandidateSet candidates, int index)
    {
        var routes = current.Routes;
        if (routes is not null)
        {
            Decision.Note(http, routes);
        }

        candidates.ReplaceEndpoint(index, routes is null ? Refusals.NoTable : ProbeAnswer.Endpoint, []);
        return Task.CompletedTask;
    }

    private async Task WaitAsync(Place place, RouteVersion oldest)
    {
        var absent = oldest > RouteVersion.None ? await ArrivesAsync(oldest, place.Http.RequestAborted) : null;
        if (current.Routes is not { } latest)
        {
            await place.Answer(Refusals.NoTable);
        }
        else
        {
            // The version may have come in the moment after the wait.
            await (latest.Version >= oldest ? MatchAsync(place, latest) : place.Answer(Refusals.TooOld(oldest, latest.Version, _minVersionTimeout, absent)));
        }
    }

    /// <summary>Waits for a version for as long as it may come; the newest there is if that is why it does not.</summary>
    private async Task<RouteVersion?> ArrivesAsync(RouteVersion oldest, CancellationToken aborted)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        var arrives = current.AtLeastAsync(oldest, _minVersionTimeout, ended.Token).AsTask();
        if (newest.CanAsk)
        {
            // The version may well arrive before the answer, and most do.
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

    private Task MatchAsync(Place place, ServedRoutes routes)
    {
        if (TryMatch(place, routes, isLast: !newest.CanAsk))
        {
            return Task.CompletedTask;
        }

        return MatchNewestAsync(place, routes);
    }

    private async Task MatchNewestAsync(Place place, ServedRoutes missed) =>
        TryMatch(place, await newest.AfterAsync(missed, place.Http.RequestAborted) ?? missed, isLast: true);

    /// <summary>Decides the request; false if no route answers it and this is not the last word.</summary>
    private static bool TryMatch(Place place, ServedRoutes routes, bool isLast)
    {
        var request = place.Http.Request;
        var length = RequestTarget.MostCharacters(request);
        var rented = length > StackCharacters ? ArrayPool<char>.Shared.Rent(length) : null;
        Span<char> buffer = rented ?? stackalloc char[StackCharacters];
        var decided = Decide(place, routes, routes.Image.Table.Match(RequestTarget.Decode(request, buffer), request.Method), isLast);
        if (rented is not null)
        {
            ArrayPool<char>.Shared.Return(rented);
        }

        return decided;
    }

    private static bool Decide(Place place, ServedRoutes routes, RouteMatch match, bool isLast)
    {
        if (match.Outcome != RouteOutcome.Found && !isLast)
        {
            return false;
        }

        Decision.Note(place.Http, routes);
        switch (match.Outcome)
        {
            case RouteOutcome.Found:
                place.Answer(match);
                break;
            case RouteOutcome.MethodNotAllowed:
                place.Answer(Refusals.MethodNotAllowed(match.GetAllowedMethods()));
                break;
            default:
                place.Leave();
                break;
        }

        return true;
    }
}
