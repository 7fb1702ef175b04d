using System.Runtime.CompilerServices;
using EndpointSync.Routing.Rules;

namespace EndpointSync.Routing.Tries;

/// <summary>
/// An inner node of a hash trie: for each value of the next bits of the hash, a branch, a leaf or nothing.
/// </summary>
internal sealed class Branch
{
    public const int Bits = 4;
    public const int Width = 1 << Bits;

    private Children _children;

    private Branch(Children children, Rule? first) => (_children, First) = (children, first);

    public static Branch Empty { get; } = new(default, null);

    public Rule? First { get; }

    public bool IsEmpty => !((ReadOnlySpan<object?>)_children).ContainsAnyExcept((object?)null);

    public object? this[int index] => _children[index];

    public static int IndexOf(int hash, int shift) => (hash >>> shift) & (Width - 1);

    /// <summary>Applies edits, which must be in the order of the trie, with at most one for each text.</summary>
    public Branch Change(ReadOnlySpan<TrieEdit> edits, int shift)
    {
        var children = _children;
        Rule? earliest = null;
        var firstChanged = false;
        while (!edits.IsEmpty)
        {
            var index = IndexOf(edits[0].Hash, shift);
            var run = RunOf(index, edits, shift);
            var child = Node.Change(children[index], edits[..run], shift + Bits);
            firstChanged |= Node.First(children[index]) == First;
            earliest = Rule.Earlier(earliest, Node.First(child));
            children[index] = child;
            edits = edits[run..];
        }

        return new(children, FirstAfter(firstChanged, earliest, children));
    }

    private static int RunOf(int index, ReadOnlySpan<TrieEdit> edits, int shift)
    {
        var run = 1;
        while (run < edits.Length && IndexOf(edits[run].Hash, shift) == index)
        {
            run++;
        }

        return run;
    }

    // All children are read only if the earliest rule was removed, because that would be the main cost of a change.
    private Rule? FirstAfter(bool firstChanged, Rule? earliest, in Children children)
    {
        if (First is null || earliest is not null && earliest.CompareTo(First) <= 0)
        {
            return earliest;
        }

        return firstChanged ? EarliestOf(children) : First;
    }

    private static Rule? EarliestOf(ReadOnlySpan<object?> children)
    {
        Rule? earliest = null;
        foreach (var child in children)
        {
            earliest = Rule.Earlier(earliest, Node.First(child));
        }

        return earliest;
    }

    [InlineArray(Width)]
    private struct Children
    {
        private object? _first;
    }
}
