using EndpointSync.Routing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing.Matching;

namespace EndpointSync.Client.Workers.Dispatch;

/// <summary>The place of the synced routes among a request's candidates.</summary>
internal readonly record struct SyncedCandidate(HttpContext Http, CandidateSet Candidates, int Index, SyncedApps Apps)
{
    /// <summary>Answers with an endpoint that takes no route values.</summary>
    public Task Answer(Endpoint endpoint)
    {
        Candidates.ReplaceEndpoint(Index, endpoint, []);
        return Task.CompletedTask;
    }

    /// <summary>Answers with the endpoint of the matched route.</summary>
    public void Answer(RouteMatch match)
    {
        // The candidate already has a dictionary, with the path in it.
        var values = Candidates[Index].Values ?? [];
        RouteValueText.Fill(values, match.Values);
        Candidates.ReplaceEndpoint(Index, Apps.EndpointOf(match), values);
    }

    /// <summary>No synced route answers: the application's fallback does, if there is one.</summary>
    public void Leave() => Candidates.SetValidity(Index, false);
}
