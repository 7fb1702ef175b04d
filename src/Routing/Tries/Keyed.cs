using EndpointSync.Routing.Rules;

namespace EndpointSync.Routing.Tries;

/// <summary>An item of a hash trie, found by its text.</summary>
internal abstract class Keyed(string text, int hash)
{
    public string Text { get; } = text;

    public int Hash { get; } = hash;

    /// <summary>The earliest rule behind the item.</summary>
    public abstract Rule? First { get; }

    public static int HashOf(ReadOnlySpan<char> text) => string.GetHashCode(text);
}
