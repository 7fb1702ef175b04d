using System.Buffers;
using EndpointSync.Routing.Building;
using EndpointSync.Routing.Checks;
using EndpointSync.Routing.Explaining;
using EndpointSync.Routing.Matching;
using EndpointSync.Routing.Methods;
using EndpointSync.Routing.Overlaps;
using EndpointSync.Routing.Rules;
using EndpointSync.Routing.Tries;

namespace EndpointSync.Routing;

/// <summary>
/// The route table at one version. It matches requests as Werkzeug does with <c>Map(strict_slashes=False)</c>, Odoo's
/// converters, and rules whose <c>merge_slashes</c> is false. Rules are ordered by their entries'
/// keys; numbers in keys compare as numbers. A table is immutable:
/// <see cref="Apply(long, IEnumerable{RouteTableChange})"/> makes another that shares the unchanged parts. Any number
/// of threads may use a table at once.
/// </summary>
public sealed class RouteTable
{
    private const int StackCharacters = 512;

    private readonly State _root;
    private readonly HashTrie _entries;
    private readonly HashTrie _refused;

    private RouteTable(long version, int count, State root, HashTrie entries, HashTrie refused) =>
        (Version, Count, _root, _entries, _refused) = (version, count, root, entries, refused);

    /// <summary>The table without entries, at version 0.</summary>
    public static RouteTable Empty { get; } = new(0, 0, State.Root, default, default);

    /// <summary>The version that the table was made for.</summary>
    public long Version { get; }

    /// <summary>The number of entries, including those with problems.</summary>
    public int Count { get; }

    /// <summary>
    /// The entries that are not routed, with the reasons, in the order of the table. Each call computes them again, at
    /// a cost that depends on their number.
    /// </summary>
    public IReadOnlyList<RouteProblem> Problems =>
        [.. InOrder(_refused.Items.Cast<CompiledEntry>()).SelectMany(entry => entry.Problems)];

    /// <summary>All entries, including those with problems, in no particular order.</summary>
    public IEnumerable<RouteEntry> Entries => _entries.Items.Cast<CompiledEntry>().Select(entry => entry.Entry);

    /// <summary>The entry with a key; null if there is none.</summary>
    public RouteEntry? Find(string key) => (_entries.Find(key) as CompiledEntry)?.Entry;

    /// <summary>
    /// Makes the table with the changes applied in order. The cost depends on the changes and hardly on the size of the
    /// table.
    /// </summary>
    /// <param name="version">The version of the new table.</param>
    /// <param name="changes">
    /// The changes. The resulting table depends only on its entries, not on the changes that led to them.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">The version is lower than this table's.</exception>
    public RouteTable Apply(long version, IEnumerable<RouteTableChange> changes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(version, Version);
        ArgumentNullException.ThrowIfNull(changes);
        var edit = new TableEdit(_entries, changes);
        return new(
            version, Count + edit.Growth, StateEdit.Apply(_root, edit.Rules), _entries.Change(edit.Entries),
            _refused.Change(edit.Refused));
    }

    /// <summary>Finds the rule that answers a request; allocates nothing.</summary>
    /// <param name="path">
    /// The path, decoded by <see cref="RequestPath.Decode"/>; leading slashes beyond the first are ignored.
    /// </param>
    /// <param name="method">The HTTP method, in any case.</param>
    /// <param name="merged">What becomes of a path that matches only with merged slashes.</param>
    /// <returns>The match. It reads from the memory of both arguments and must not outlive them.</returns>
    public RouteMatch Match(
        ReadOnlySpan<char> path, ReadOnlySpan<char> method, MergedSlashes merged = MergedSlashes.Redirect)
    {
        var rest = path.TrimStart('/');
        // An empty path has no part; "/" has an empty part.
        var start = path.IsEmpty ? 1 : 0;
        var search = new Search(rest, new RequestMethod(method));
        var rule = search.From(_root, start);
        if (rule is null && rest.Contains("//", StringComparison.Ordinal))
        {
            return MatchMerged(rest, method, search, merged);
        }

        // If the rule refuses its values, no other rule is tried; the methods that the search has collected still
        // count.
        if (rule is not null && (search.FoundHasChecks || rest.Length > IntegerCheck.MostDigits) && !rule.Accepts(rest))
        {
            rule = null;
        }

        return new(this, rule, rest, method, start, search.Allowed, search.AllowsOthers);
    }

    /// <summary>
    /// Explains a match: every rule that matches the path, in the order in which they are tried, whether it answers and
    /// why not; then the rules that come closest to the path without matching it. It takes longer than a match, in
    /// proportion to the table at worst.
    /// </summary>
    /// <param name="path">The path, decoded by <see cref="RequestPath.Decode"/>.</param>
    /// <param name="method">The HTTP method, in any case.</param>
    /// <param name="most">How many rules at most.</param>
    public IReadOnlyList<RouteCandidate> Explain(string path, string method, int most)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(method);
        return new Explainer(path.TrimStart('/'), method).Explain(_root, path.Length == 0 ? 1 : 0, most);
    }

    // The methods of rules that match the path as it is count, too.
    private RouteMatch MatchMerged(
        ReadOnlySpan<char> rest, ReadOnlySpan<char> method, Search search, MergedSlashes merged)
    {
        var rented = rest.Length > StackCharacters ? ArrayPool<char>.Shared.Rent(rest.Length) : null;
        Span<char> buffer = rented ?? stackalloc char[StackCharacters];
        var again = new Search(SlashPairs.Merge(rest, buffer), new RequestMethod(method));
        var isFound = again.From(_root, 0) is not null;
        if (rented is not null)
        {
            ArrayPool<char>.Shared.Return(rented);
        }

        return new(
            this, null, rest, method, 0, search.Allowed | again.Allowed, search.AllowsOthers || again.AllowsOthers,
            isFound && merged == MergedSlashes.Redirect);
    }

    /// <summary>
    /// The overlaps of all rules, each once. The call looks at every rule, and parses those again that may overlap.
    /// </summary>
    public IEnumerable<RouteOverlap> FindOverlaps()
    {
        var keys = OverlapSearch.Candidates(_root).Select(rule => rule.Entry.Key).ToHashSet(StringComparer.Ordinal);
        return InOrder(keys.Select(key => (CompiledEntry)_entries.Find(key)!))
            .SelectMany(entry => entry.Rules)
            .SelectMany(rule => OverlapSearch.Before(_root, rule));
    }

    /// <summary>
    /// The overlaps of one entry's rules, each once, at a cost that does not depend on the size of the table.
    /// </summary>
    public IEnumerable<RouteOverlap> FindOverlaps(string key)
    {
        var rules = _entries.Find(key) is CompiledEntry entry ? entry.Rules : [];
        // Overlaps within the entry are found from the later rule.
        var after = rules.SelectMany(rule => OverlapSearch.After(_root, rule)).Where(
            overlap => overlap.Second.Key != key);
        return rules.SelectMany(rule => OverlapSearch.Before(_root, rule)).Concat(after);
    }

    internal IReadOnlyList<string> OtherMethods(ReadOnlySpan<char> path, ReadOnlySpan<char> method, int start)
    {
        var search = new Search(path, new RequestMethod(method)) { Others = [] };
        if (search.From(_root, start) is null && path.Contains("//", StringComparison.Ordinal))
        {
            var merged = new char[path.Length];
            var again = new Search(SlashPairs.Merge(path, merged), new RequestMethod(method))
            {
                Others = search.Others,
            };
            again.From(_root, start);
        }

        return [.. search.Others];
    }

    private static IEnumerable<CompiledEntry> InOrder(IEnumerable<CompiledEntry> entries) =>
        entries.OrderBy(entry => entry.Text, Comparer<string>.Create(KeyOrder.Compare));
}
