using EndpointSync.Routing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing.Matching;

namespace EndpointSync.Worker.Dispatch;

/// <summary>The place of the synced routes among a request's candidates.</summary>
internal readonly record struct SyncedCandidate(HttpContext Http, CandidateSet Candidates, int Index, SyncedApps Apps)
{
    public RegistryWorker Worker => Apps.Worker;

    /// <summary>Whether it has not been left to others.</summary>
    public bool IsAnswered => Candidates.IsValidCandidate(Index);

    /// <summary>Hides the routes of other registries, which would be as good a match.</summary>
    public void HideOthers()
    {
        for (var other = Index + 1; other < Candidates.Count; other++)
        {
            if (Candidates[other].Score == Candidates[Index].Score)
            {
                Candidates.SetValidity(other, false);
            }
        }
    }

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
