namespace EndpointSync.Grains.Sync.Statements;

/// <summary>A rollout as the silo sees it that drives it.</summary>
/// <param name="Rollout">The rollout.</param>
/// <param name="Id">The order that began it.</param>
/// <param name="Reached">How many of its rings were given the version.</param>
/// <param name="GivenFor">For how long the last of them was, by the database's clock.</param>
internal sealed record RunningRollout(Rollout Rollout, Guid Id, int Reached, TimeSpan GivenFor)
{
    /// <summary>The ring that is watched.</summary>
    public string Ring => Rollout.Rings[Reached - 1].Ring;

    /// <summary>Whether no other ring waits for the version.</summary>
    public bool IsAtLastRing => Reached == Rollout.Rings.Count;
}
