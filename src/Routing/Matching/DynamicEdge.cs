using EndpointSync.Routing.Rules;

namespace EndpointSync.Routing.Matching;

/// <summary>The way from a state over a part with variables.</summary>
internal sealed class DynamicEdge(Part part, State target)
{
    public Part Part { get; } = part;

    public State Target { get; } = target;

    public bool IsFinal { get; } = part.IsFinal;

    /// <summary>Where the edge stands among those of its state: by weight, and where that is equal, by the earliest rule behind it.</summary>
    public int CompareTo(DynamicEdge other)
    {
        var weight = Part.Weight.CompareTo(other.Part.Weight);
        return weight != 0 ? weight : Target.First!.CompareTo(other.Target.First!);
    }
}
