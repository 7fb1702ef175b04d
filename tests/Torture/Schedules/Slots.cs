namespace EndpointSync.Tests.Torture.Schedules;

/// <summary>
/// The endpoints of a run. Each has a slot, and each slot one editor, so that the order of its edits is known.
/// </summary>
internal static class Slots
{
    public const int Count = 24;

    /// <summary>The endpoints of these are edited over HTTP and in SQL, and published by reloads alone.</summary>
    public static readonly IReadOnlyList<int> Edited = [.. Enumerable.Range(0, 14)];

    /// <summary>Those of these belong to Odoo workers, which also write flags and routes.</summary>
    public static readonly IReadOnlyList<int> OfOdoo = [.. Enumerable.Range(14, 6)];

    /// <summary>Those of these stay as they are, and a writer without manners spoils their rows.</summary>
    public static readonly IReadOnlyList<int> Spoilt = [.. Enumerable.Range(20, 4)];

    /// <summary>The share of one of several editors.</summary>
    public static IReadOnlyList<int> ShareOf(IReadOnlyList<int> slots, int editor, int editors) =>
        [.. slots.Where(slot => slot % editors == editor)];
}
