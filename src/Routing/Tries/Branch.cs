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

    public Rule? First { get; }

    public bool IsEmpty => !((ReadOnlySpan<object?>)_children).ContainsAnyExcept((object?)null);

    public object? this[int index] => _children[index];

    public static int IndexOf(int hash, int shift) => (hash >>> shift) & (Width - 1);

    /// <summary>A branch over leaves made of the slots.</summary>
    public static Branch Over(Slot[] slots, int shift)
    {
        var children = default(Children);
        for (var index = 0; index < Width; index++)
        {
            children[index] = Node.Leaf(Array.FindAll(slots, slot => IndexOf(slot.Hash, shift) == index));
        }

        return new(children, EarliestOf(children));
    }

    public Branch With(int index, object? child)
    {
        var children = _children;
        children[index] = child;
        return new(children, FirstAfter(Node.First(_children[index]), Node.First(child), children));
    }

    // All children are asked only when the earliest rule is gone: to ask them is what a change would cost most.
    private Rule? FirstAfter(Rule? before, Rule? after, in Children children)
    {
        if (First is null || after is not null && after.CompareTo(First) <= 0)
        {
            return after;
        }

        return before == First ? EarliestOf(children) : First;
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
