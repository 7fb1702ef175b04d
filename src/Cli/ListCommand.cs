using EndpointSync.Cli.Api;
using EndpointSync.Cli.Output;

namespace EndpointSync.Cli;

/// <summary>How a command gets a list, and how it prints it.</summary>
/// <param name="Call">The request of a page, by the first page, null for that one, and by its cursor.</param>
/// <param name="Items">The items of a page.</param>
/// <param name="Listing">The columns.</param>
internal sealed record ListCommand<TPage, TItem>(
    Func<TPage?, string?, ApiCall> Call, Func<TPage, IReadOnlyList<TItem>> Items, Listing<TItem> Listing)
    where TPage : class
{
    /// <summary>The cursor of the page after one; null if it is the last.</summary>
    public Func<TPage, string?> Next { get; init; } = _ => null;

    /// <summary>What is printed above the table, by the first page and all items.</summary>
    public Action<Report, TPage, IReadOnlyList<TItem>>? Above { get; init; }

    /// <summary>What is printed below the table, by the first page.</summary>
    public Action<Report, TPage>? Below { get; init; }
}
