using System.ComponentModel;
using EndpointSync.Core;
using EndpointSync.Grains.Events;
using EndpointSync.Silo.Access;
using EndpointSync.Silo.Events;
using EndpointSync.Silo.Problems;
using Microsoft.AspNetCore.Mvc;

namespace EndpointSync.Silo.Api;

/// <summary>Tells what happens to a registry, as it happens.</summary>
internal static class EventApi
{
    public static void MapEvents(this RouteGroupBuilder registries) =>
        registries.MapGet("/{registry}/events", WatchAsync).RequireRole(AccessRole.Viewer);

    [EndpointName("watchEvents")]
    [EndpointSummary("What happens to a registry, as server-sent events without an end")]
    [ProducesResponseType<string>(StatusCodes.Status200OK, EventStreams.MediaType)]
    private static async Task<IResult> WatchAsync(
        string registry,
        [Description("The id of the last event that was received; 0 for all that are kept; only new ones by default")]
        string? after,
        [FromHeader(Name = "Last-Event-ID"), Description("The same, as browsers send it; it wins")] string? lastEventId,
        RegistryMap<RegistryEvents> registries, EventStreams streams, HttpContext http)
    {
        var events = registries.Get(registry);
        var (name, given) = string.IsNullOrEmpty(lastEventId) ? ("after", after) : ("Last-Event-ID", lastEventId);
        EventCursor? cursor = EventCursor.TryParse(given, out var parsed) ? parsed : null;
        if (cursor is null && given is not null)
        {
            return ProblemTypes.Invalid(new Dictionary<string, string[]>
            {
                [name] = [$"'{new LogText(given)}' is not the id of an event, such as 42-9f03ab1c; leave it out for "
                    + "new events only"],
            });
        }

        return await streams.RunAsync(http, events, cursor);
    }
}
