using System.Runtime.InteropServices;
using EndpointSync.Routing.Matching;
using EndpointSync.Routing.Rules;
using EndpointSync.Routing.Tries;

namespace EndpointSync.Routing.Building;

/// <summary>
/// Translates a set of changes to edits of a table's parts, in the order in which each part applies them in one pass.
/// </summary>
internal sealed class TableEdit
{
    private readonly RuleParser _parser = new();
    private readonly List<RuleEdit> _rules = [];
    private readonly List<TrieEdit> _entries = [];
    private readonly List<TrieEdit> _refused = [];

    /// <param name="entries">The entries of the table.</param>
    /// <param name="changes">The changes; the last one of each key counts.</param>
    public TableEdit(HashTrie entries, IEnumerable<RouteTableChange> changes)
    {
        var last = new Dictionary<string, RouteTableChange>(
            changes.TryGetNonEnumeratedCount(out var count) ? count : 0, StringComparer.Ordinal);
        foreach (var change in changes)
        {
            last[change.Key] = change;
        }

        foreach (var change in last.Values)
        {
            Add(change, (CompiledEntry?)entries.Find(change.Key));
        }

        TrieEdit.Sort(CollectionsMarshal.AsSpan(_entries));
        TrieEdit.Sort(CollectionsMarshal.AsSpan(_refused));
    }

    /// <summary>How many entries the table gains.</summary>
    public int Growth { get; private set; }

    public Span<RuleEdit> Rules => CollectionsMarshal.AsSpan(_rules);

    public ReadOnlySpan<TrieEdit> Entries => CollectionsMarshal.AsSpan(_entries);

    public ReadOnlySpan<TrieEdit> Refused => CollectionsMarshal.AsSpan(_refused);

    private void Add(RouteTableChange change, CompiledEntry? old)
    {
        ParsedRule[] rules = [];
        var now = change.Entry is { } entry ? CompiledEntry.Compile(entry, _parser, out rules) : null;
        if ((now ?? old) is not { Hash: var hash })
        {
            return;
        }

        Growth += (now is null ? 0 : 1) - (old is null ? 0 : 1);
        _entries.Add(new(hash, change.Key, now));
        if (old is { Problems.Length: > 0 } || now is { Problems.Length: > 0 })
        {
            _refused.Add(new(hash, change.Key, now is { Problems.Length: > 0 } ? now : null));
        }

        AddRules(old?.Rules ?? [], rules);
    }

    private void AddRules(Rule[] old, ParsedRule[] now)
    {
        for (var index = 0; index < Math.Max(old.Length, now.Length); index++)
        {
            Replace(index < old.Length ? old[index] : null, index < now.Length ? now[index] : null);
        }
    }

    private void Replace(Rule? old, ParsedRule? now)
    {
        if (old is not null && old.Text != now?.Rule.Text)
        {
            _rules.Add(new(_parser.ParseAgain(old), old, null));
            old = null;
        }

        if (now is { } comes)
        {
            _rules.Add(new(comes.Parts, old, comes.Rule));
        }
    }
}
