using EndpointSync.Tests.Torture.Histories;
using EndpointSync.Tests.Torture.Schedules;

namespace EndpointSync.Tests.Torture.Actors;

/// <summary>What the editors gave each slot last, and the newest version that a receipt has named.</summary>
internal sealed class SlotBook
{
    private readonly int[] _revisions = new int[Slots.Count];
    private readonly string[] _apps = [.. Enumerable.Repeat("api_v2", Slots.Count)];
    private long _newest;

    public long Newest => Volatile.Read(ref _newest);

    public string PathOf(int slot) => Table.PathOf(slot, Volatile.Read(ref _revisions[slot]));

    public string ValueOf(int slot) => Table.ValueOf(PathOf(slot), AppOf(slot));

    public string AppOf(int slot) => Volatile.Read(ref _apps[slot]);

    /// <summary>A path that no slot ever had.</summary>
    public void Move(int slot) => Interlocked.Increment(ref _revisions[slot]);

    public void ChangeApp(int slot) => Volatile.Write(ref _apps[slot], AppOf(slot) == "api_v2" ? "dci_api" : "api_v2");

    public void Receive(long version)
    {
        var newest = Newest;
        while (version > newest)
        {
            newest = Interlocked.CompareExchange(ref _newest, version, newest) == newest ? version : Newest;
        }
    }

    /// <summary>A path that a slot has, had or will have.</summary>
    public string SomePath(Random random)
    {
        var slot = random.Next(Slots.Count);
        var revision = Volatile.Read(ref _revisions[slot]) + random.Next(10) switch { < 6 => 0, < 9 => -1, _ => 1 };
        return Table.PathOf(slot, Math.Max(0, revision));
    }
}
