namespace EndpointSync.Grains.Postgres;

/// <summary>What one statement of another writer did to a registry's tables.</summary>
/// <param name="Id">The row's id.</param>
/// <param name="Waits">Whether it is an edit of endpoints, which waits for a reload.</param>
/// <param name="IsYoung">Whether it sets endpoints' flags and was made so lately that the routes that it promises may be on their way.</param>
/// <param name="EndpointIds">The endpoints that it edited.</param>
/// <param name="Keys">The route rows that it changed.</param>
/// <param name="Operation">The statement.</param>
/// <param name="ChangedAt">When it ran.</param>
/// <param name="Writer">Whose it was.</param>
/// <param name="Locked">Whether the writer held the registry's lock; null where it need not.</param>
internal sealed record PendingChange(
    long Id, bool Waits, bool IsYoung, int[]? EndpointIds, string[]? Keys, string Operation, DateTimeOffset ChangedAt, ForeignWriter Writer, bool? Locked)
{
    /// <summary>Whether it may have changed anything.</summary>
    public bool IsEverything => EndpointIds is null && Keys is null;

    /// <summary>Whether it changed routes.</summary>
    public bool IsOfRoutes => Locked is not null;
}
