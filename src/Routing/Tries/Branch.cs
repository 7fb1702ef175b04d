using System.Runtime.CompilerServices;
using EndpointSync.Routing.Rules;

namespace EndpointSync.Routing.Tries;

/// <summary>An inner node of a hash trie: a child for each value of the next bits of the hash, another branch, a leaf or none.</summary>
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

    /// <summary>The branch with edits made, which are in the order of the trie and at most one for each text.</summary>
    public Branch Change(ReadOnlySpan<TrieEdit> edits, int shift)
    {
        var children = _children;
        Rule? comes = null;
        var goes = false;
        while (!edits.IsEmpty)
        {
            var index = IndexOf(edits[0].Hash, shift);
            var run = RunOf(index, edits, shift);
            var child = Node.Change(children[index], edits[..run], shift + Bits);
            goes |= Node.First(children[index]) == First;
            comes = Rule.Earlier(comes, Node.First(child));
            children[index] = child;
            edits = edits[run..];
        }

        return new(children, FirstAfter(goes, comes, children));
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

    // All children are asked only when the earliest rule is gone: to ask them is what a change would cost most.
    private Rule? FirstAfter(bool goes, Rule? comes, in Children children)
    {
        if (First is null || comes is not null && comes.CompareTo(First) <= 0)
        {
            return comes;
        }

        return goes ? EarliestOf(children) : First;
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
