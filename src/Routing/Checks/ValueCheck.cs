namespace EndpointSync.Routing.Checks;

/// <summary>What a value must fulfil beyond what its piece matches. A rule whose value fails was found all the same: no other is tried.</summary>
internal abstract class ValueCheck
{
    public abstract bool Accepts(ReadOnlySpan<char> value);
}
