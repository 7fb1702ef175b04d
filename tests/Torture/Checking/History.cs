using EndpointSync.Tests.Torture.Histories;

namespace EndpointSync.Tests.Torture.Checking;

/// <summary>The entries of a run, by their kinds.</summary>
internal sealed class History
{
    private readonly ILookup<Type, Entry> _entries;
    private readonly Dictionary<(int Timeline, long Version), VersionSeen> _versions;
    private readonly Dictionary<VersionSeen, Dictionary<int, string>> _slots = [];

    public History(IEnumerable<Entry> entries)
    {
        _entries = entries.ToLookup(entry => entry.GetType());
        Promotions = [.. Of<Promotion>().OrderBy(promotion => promotion.Start)];
        _versions = Of<VersionSeen>()
            .GroupBy(seen => (seen.Timeline, seen.Version))
            .ToDictionary(same => same.Key, same => same.First());
        Edits = Of<Edit>()
            .Where(edit => edit.Ending != Ending.Refused)
            .OrderBy(edit => edit.End)
            .ToLookup(edit => edit.Slot);
    }

    public IReadOnlyList<Promotion> Promotions { get; }

    /// <summary>The edits that were done or may have been done, by their slots, in the order of their ends.</summary>
    public ILookup<int, Edit> Edits { get; }

    public IEnumerable<T> Of<T>()
        where T : Entry => _entries[typeof(T)].Cast<T>();

    /// <summary>
    /// The timeline that an entry belongs to; null if a promotion came meanwhile, so that it may belong to either.
    /// </summary>
    public int? TimelineOf(Entry entry)
    {
        var before = Promotions.LastOrDefault(promotion => promotion.Start <= entry.End);
        return before is null ? 1 : entry.Start >= before.End ? before.Timeline : null;
    }

    /// <summary>A version as it was seen; null if nobody saw it.</summary>
    public VersionSeen? Find(int timeline, long version) => _versions.GetValueOrDefault((timeline, version));

    /// <summary>The tables that a number was given to, by whichever timeline.</summary>
    public IEnumerable<VersionSeen> Find(long version) => Enumerable.Range(1, Promotions.Count + 1)
        .Select(timeline => Find(timeline, version))
        .OfType<VersionSeen>();

    /// <summary>The value of a slot in a version.</summary>
    public string ValueOf(VersionSeen seen, int slot)
    {
        if (!_slots.TryGetValue(seen, out var values))
        {
            _slots[seen] = values = Table.Slots(seen.Table);
        }

        return values.GetValueOrDefault(slot, Table.Absent);
    }

    /// <summary>
    /// Whether nobody can say when an edit took effect, or whether: its answer was lost, or the database may have lost
    /// it.
    /// </summary>
    public bool IsUncertain(Edit edit) => edit.Ending == Ending.Unknown
        || Promotions.Any(promotion => edit.Overlaps(promotion.LostSince, promotion.End));

    /// <summary>
    /// The values that a slot may have in a table that was read at some moment of a span: that of the last edit that
    /// was certainly over by then, and those of all edits that may have come after it.
    /// </summary>
    public IReadOnlySet<string> Allowed(int slot, double from, double to)
    {
        var last = Edits[slot].LastOrDefault(edit => !IsUncertain(edit) && edit.End <= from);
        return Edits[slot]
            .Where(edit => edit.Start <= to)
            .Where(edit => edit == last || IsUncertain(edit) || edit.End > from)
            .Select(edit => edit.Value)
            .Concat(last is null ? [Table.Absent] : [])
            .ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>Whether a fault of one of some kinds struck something during a span.</summary>
    public bool IsStruck(string on, double from, double to) =>
        Of<Fault>().Any(fault => fault.On == on && fault.Overlaps(from, to));
}
