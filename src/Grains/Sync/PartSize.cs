namespace EndpointSync.Grains.Sync;

/// <summary>
/// How many endpoints one transaction of a large sync has: fewer after one that did not end in time, so that a slow
/// database gets through too, and more again while they end early.
/// </summary>
/// <param name="most">The most, and where it begins.</param>
/// <param name="deadline">The time of a whole sync.</param>
internal sealed class PartSize(int most, TimeSpan deadline)
{
    private const int Least = 100;
    private const int Step = 4;

    // 0 as long as none was too large.
    private int _reduced;

    public int Endpoints => Volatile.Read(ref _reduced) is > 0 and var reduced ? reduced : most;

    /// <summary>Makes later transactions smaller than one that did not end in time.</summary>
    /// <param name="tried">How many endpoints that one had.</param>
    /// <returns>Whether it was large enough for its size to be the cause.</returns>
    public bool Shrink(int tried)
    {
        if (tried <= Least)
        {
            return false;
        }

        Volatile.Write(ref _reduced, Math.Max(tried / Step, Least));
        return true;
    }

    /// <summary>Makes later transactions larger again if one ended early.</summary>
    /// <param name="lasted">How long it took.</param>
    public void GrowAfter(TimeSpan lasted)
    {
        if (lasted < deadline / (2 * Step))
        {
            Volatile.Write(ref _reduced, (int)Math.Min((long)Endpoints * Step, most));
        }
    }
}
