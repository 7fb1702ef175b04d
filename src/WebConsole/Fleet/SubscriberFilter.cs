namespace EndpointSync.WebConsole.Fleet;

/// <summary>Which silos and workers a page shows.</summary>
/// <param name="Show"><c>all</c>, <c>late</c> or <c>refused</c>.</param>
/// <param name="Name">A part of the name; null for all.</param>
/// <param name="Page">Which page, from 1.</param>
public sealed record SubscriberFilter(string Show, string? Name, int Page)
{
    /// <summary>How many a page has.</summary>
    public const int PageSize = 100;

    /// <summary>The words of the filter.</summary>
    public static IReadOnlyList<string> Words { get; } = ["all", "late", "refused"];

    /// <summary>Those of a registry that it selects, the ones that need attention first.</summary>
    public IEnumerable<Subscriber> Of(RegistrySummary summary) => (summary.Subscribers?.Subscribers ?? [])
        .Where(subscriber => Show switch
        {
            "late" => !IsRight(subscriber, summary),
            "refused" => subscriber.Problem is not null,
            _ => true,
        })
        .Where(subscriber => Name is null || subscriber.Name.Contains(Name, StringComparison.OrdinalIgnoreCase))
        .OrderBy(subscriber => IsRight(subscriber, summary));

    private static bool IsRight(Subscriber subscriber, RegistrySummary summary) =>
        subscriber.Serves(summary.Newest) || summary.Waits(subscriber);
}
