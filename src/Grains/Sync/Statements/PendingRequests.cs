namespace EndpointSync.Grains.Sync.Statements;

/// <summary>The pending syncs of a registry.</summary>
/// <param name="Ids">Their ids.</param>
/// <param name="AllowMassRemoval">Whether one of their requests allows that.</param>
/// <param name="Attach">Whether one of their requests allows that.</param>
internal sealed record PendingRequests(long[] Ids, bool AllowMassRemoval, bool Attach)
{
    public static PendingRequests None { get; } = new([], AllowMassRemoval: false, Attach: false);

    /// <summary>The request of the sync that fulfils them.</summary>
    public ReloadRequest Allow(ReloadRequest request) => request with
    {
        AllowMassRemoval = request.AllowMassRemoval || AllowMassRemoval,
        Attach = request.Attach || Attach,
    };
}
