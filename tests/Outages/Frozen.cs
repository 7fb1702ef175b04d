using System.Globalization;
using EndpointSync.Local.Processes;

namespace EndpointSync.Tests.Outages;

/// <summary>A postmaster and its children that stand still: connections stay open, new ones are taken by the kernel, and nobody answers.</summary>
internal sealed class Frozen : IDisposable
{
    private readonly List<int> _processes;

    public Frozen(int postmaster)
    {
        // The postmaster first, so that no child comes after the look.
        UnixSignal.Stop(postmaster);
        _processes = [.. ChildrenOf(postmaster), postmaster];
        _processes.ForEach(UnixSignal.Stop);
    }

    public void Dispose() => _processes.ForEach(UnixSignal.Continue);

    private static IEnumerable<int> ChildrenOf(int parent) =>
        File.ReadAllText($"/proc/{parent}/task/{parent}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(id => int.Parse(id, CultureInfo.InvariantCulture));
}
