using EndpointSync.Routing.Rules;

namespace EndpointSync.Routing.Tries;

/// <summary>What a hash trie can hold: something that is found by its text.</summary>
internal abstract class Keyed(string text, int hash)
{
    public string Text { get; } = text;

    public int Hash { get; } = hash;

    /// <summary>The earliest of the rules that it leads to.</summary>
    public abstract Rule? First { get; }

    public static int HashOf(ReadOnlySpan<char> text) => string.GetHashCode(text);
}
