using EndpointSync.Routing.Tries;

namespace EndpointSync.Routing.Rules;

/// <summary>
/// A part of a rule between two slashes. It is static or has variables. A part with a variable that takes slashes
/// extends to the rule's end.
/// </summary>
/// <param name="Index">The number of parts before this one.</param>
/// <param name="Content">
/// The text of a static part; for a part with variables, a text that is equal for parts that match the same in the same
/// way.
/// </param>
/// <param name="Shape">The shape of a part with variables; null for a static part.</param>
/// <param name="Variables">The variables, in order.</param>
internal sealed record Part(int Index, string Content, PartShape? Shape, Variable[] Variables)
{
    public bool IsStatic => Shape is null;

    /// <summary>The hash of the content.</summary>
    public int Hash { get; } = Keyed.HashOf(Content);
}
