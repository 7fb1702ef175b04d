using EndpointSync.Routing.Tries;

namespace EndpointSync.Routing.Rules;

/// <summary>
/// A part of a rule between two slashes. It is static or has variables; from a variable on that takes slashes it goes on to the rule's end.
/// </summary>
/// <param name="Index">How many parts come before it.</param>
/// <param name="Content">The text of a static part; of another, what makes two match the same in the same way.</param>
/// <param name="Shape">What a part with variables matches; null for a static part.</param>
/// <param name="Variables">The variables, in order.</param>
internal sealed record Part(int Index, string Content, PartShape? Shape, Variable[] Variables)
{
    public bool IsStatic => Shape is null;

    /// <summary>The hash of the content.</summary>
    public int Hash { get; } = Keyed.HashOf(Content);
}
