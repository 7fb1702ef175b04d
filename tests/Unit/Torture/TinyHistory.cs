using EndpointSync.Tests.Torture.Checking;
using EndpointSync.Tests.Torture.Histories;

namespace EndpointSync.Tests.Unit.Torture;

/// <summary>Entries of hand-made histories, one second each unless said otherwise.</summary>
internal static class TinyHistory
{
    public static Edit Edited(
        int slot, string value, double start, Ending ending = Ending.Done, string? trace = null) =>
        new(slot, "api", value, ending, trace) { Start = start, End = start + 1 };

    public static Reload Reloaded(long version, double start, string outcome = "Synced", string? wait = null) =>
        new("silo-1", outcome, version, version - 1) { Start = start, End = start + 1, Wait = wait, Reached = true };

    public static VersionSeen Seen(
        long version, double start, string hash, params IEnumerable<(string Key, string Path)> routes) =>
        new(1, version, hash, routes.ToDictionary(route => route.Key, route => new TableRoute(route.Path, "api")))
        {
            Start = start,
            End = start + 1,
        };

    public static WorkerAnswer Answered(string path, int status, long version, double start, long min = 0) =>
        new("worker-1#1", path, status, version, status == 200 ? "api" : null)
        {
            Start = start,
            End = start + 1,
            Min = min,
        };

    public static Fault Struck(string on, double start) => new("stop", on) { Start = start, End = start + 1 };

    public static void AssertRight(IRule rule, params Entry[] entries) =>
        Assert.Empty(rule.Check(new History(entries)));

    public static Violation AssertWrong(IRule rule, params Entry[] entries) =>
        Assert.Single(rule.Check(new History(entries)));
}
