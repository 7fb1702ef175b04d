namespace EndpointSync.Grains.Sync.Planning;

/// <summary>
/// The recorded edits of endpoints and the announcements that their routes are published, in the order of the changes:
/// who changes an endpoint has its row locked, so a later change has a larger record.
/// </summary>
/// <param name="recorded">All recorded changes. Each edit names its endpoints.</param>
internal sealed class EditOrder(IReadOnlyList<PendingChange> recorded)
{
    private readonly Dictionary<int, long> _edited = LastOf(recorded.Where(change => change.AwaitsReload));
    private readonly Dictionary<int, long> _announced = LastOf(recorded.Where(change => change.IsAnnouncement));
    private readonly long _allAnnounced = recorded.Where(change => change.IsAnnouncement && change.IsEverything)
        .Select(change => change.Id)
        .DefaultIfEmpty()
        .Max();

    /// <summary>The endpoints that wait for a reload: the last that happened to them is an edit.</summary>
    public HashSet<int> Waiting() =>
        [.. _edited.Where(edit => edit.Value > AnnouncedAt(edit.Key)).Select(edit => edit.Key)];

    /// <summary>Whether an endpoint's flag was set, and it was not edited again.</summary>
    public bool IsAnnounced(int id) => AnnouncedAt(id) > _edited.GetValueOrDefault(id);

    /// <summary>The edits that say no more than later records, however often an endpoint was edited.</summary>
    public IReadOnlyList<long> Superseded() =>
    [
        .. recorded.Where(
            change => change.AwaitsReload && change.Endpoints.All(
                id => change.Id < Math.Max(_edited[id], AnnouncedAt(id))))
            .Select(change => change.Id),
    ];

    private long AnnouncedAt(int id) => Math.Max(_allAnnounced, _announced.GetValueOrDefault(id));

    private static Dictionary<int, long> LastOf(IEnumerable<PendingChange> changes)
    {
        var last = new Dictionary<int, long>();
        foreach (var change in changes)
        {
            foreach (var id in change.Endpoints)
            {
                last[id] = Math.Max(change.Id, last.GetValueOrDefault(id));
            }
        }

        return last;
    }
}
