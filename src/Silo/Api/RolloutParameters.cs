using System.ComponentModel;
using System.Diagnostics.CodeAnalysis;
using EndpointSync.Grains.Coordination;
using EndpointSync.Grains.Sync.Statements;
using EndpointSync.Wire;
using Microsoft.AspNetCore.Mvc;

namespace EndpointSync.Silo.Api;

/// <summary>How a reload gives its version to workers: to all at once unless it names rings.</summary>
/// <param name="Rings">The rings in their order, with commas between them; null for all workers at once.</param>
/// <param name="Hold">How long each ring is watched.</param>
/// <param name="AbortOn">What takes the version back.</param>
internal sealed record RolloutParameters(
    [property: FromQuery(Name = "rings")]
    [property: Description(
        "Rings of workers that are given the version one after the other, such as canary,rest; all at once by default")]
    string? Rings = null,
    [property: FromQuery(Name = "hold")]
    [property: Description("How long each ring is watched, such as 30s, the default, or 5m; a second to an hour")]
    string? Hold = null,
    [property: FromQuery(Name = "abortOn")]
    [property: Description(
        "What takes the version back, with | between the rules; miss>1%|error>1%|problem by default")]
    string? AbortOn = null)
{
    /// <summary>How many rings a rollout may name.</summary>
    public const int MostRings = 10;

    private const string ShortestHold = "1s";
    private static readonly TimeSpan DefaultHold = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestHold = TimeSpan.FromHours(1);

    /// <summary>Whether the reload is a rollout.</summary>
    public bool IsGiven => Rings is not null || Hold is not null || AbortOn is not null;

    /// <summary>Reads them, and adds to the errors that were found before.</summary>
    /// <param name="by">Who asks.</param>
    /// <param name="order">The rollout.</param>
    /// <param name="errors">The invalid parameters, each with the reason; null if all are valid.</param>
    public bool TryRead(
        string by, [NotNullWhen(true)] out RolloutOrder? order,
        [NotNullWhen(false)] ref Dictionary<string, string[]>? errors)
    {
        var found = errors ?? [];
        var rings = ReadRings(found);
        var hold = Hold is null ? DefaultHold : ReloadParameters.ReadTime(Hold, LongestHold);
        if (hold is null || hold < TimeSpan.FromSeconds(1))
        {
            found["hold"] =
                [$"'{Hold}' is not a time between {ShortestHold} and 1 hour, such as 30s, 5m or 00:05:00; nothing was "
                    + "reloaded"];
        }

        var abortOn = AbortOn ?? AbortRules.Default;
        if (AbortRules.Parse(abortOn) is null)
        {
            found["abortOn"] = [$"'{AbortOn}' is not {AbortRules.Form}; nothing was reloaded"];
        }

        errors = found.Count == 0 ? null : found;
        order = errors is null ? new RolloutOrder(Guid.NewGuid(), rings, hold!.Value, abortOn, by) : null;
        return order is not null;
    }

    private string[] ReadRings(Dictionary<string, string[]> errors)
    {
        if (Rings is null)
        {
            errors["rings"] = ["hold and abortOn need rings, such as canary,rest; nothing was reloaded"];
            return [];
        }

        var rings = Rings.Split(',', StringSplitOptions.TrimEntries);
        if (rings.FirstOrDefault(ring => !WorkerRing.IsValid(ring)) is { } wrong)
        {
            errors["rings"] =
                [$"'{wrong}' is not a ring, which has {WorkerRing.Form}; rings have commas between them; nothing was "
                    + "reloaded"];
        }
        else if (rings.Length > MostRings || rings.Distinct(StringComparer.Ordinal).Count() < rings.Length)
        {
            errors["rings"] = [$"'{Rings}' must name up to {MostRings} rings, each once; nothing was reloaded"];
        }

        return rings;
    }
}
