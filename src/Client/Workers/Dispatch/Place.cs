using EndpointSync.Routing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing.Matching;

namespace EndpointSync.Client.Workers.Dispatch;

/// <summary>The place of the synced routes among a request's candidates.</summary>
internal readonly record struct Place(HttpContext Http, CandidateSet Candidates, int Index, SyncedApps Apps)
{
    /// <summary>An endpoint answers that takes no values of a route.</summary>
    public Task Answer(Endpoint endpoint)
    {
        Candidates.ReplaceEndpoint(Index, endpoint, []);
        return Task.CompletedTask;
    }

    /// <summary>The endpoint of the matched route answers.</summary>
    public void Answer(RouteMatch match)
    {
        // The candidate has a dictionary already, with the path in it.
        var values = Candidates[Index].Values ?? [];
        RouteValueText.Fill(values, match.Values);
        Candidates.ReplaceEndpoint(Index, Apps.EndpointOf(match), values);
    }

    /// <summary>No synced route answers: the application's fallback does, or nobody.</summary>
    public void Leave() => Candidates.SetValidity(Index, false);
}
