namespace EndpointSync.Routing.Checks;

/// <summary>A condition on a value beyond what its piece matches. If the value fails, no other rule is tried.</summary>
internal abstract class ValueCheck
{
    public abstract bool Accepts(ReadOnlySpan<char> value);
}
