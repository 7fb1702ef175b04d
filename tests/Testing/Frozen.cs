using System.Globalization;
using EndpointSync.Tools.Processes;

namespace EndpointSync.Tests.Testing;

/// <summary>
/// A stopped postmaster with its children: connections stay open, the kernel accepts new ones, and no process answers.
/// </summary>
internal sealed class Frozen : IDisposable
{
    private readonly List<int> _processes;

    public Frozen(int postmaster)
    {
        // The postmaster first, so that no child starts after the list is read.
        UnixSignal.Stop(postmaster);
        _processes = [.. ChildrenOf(postmaster), postmaster];
        _processes.ForEach(UnixSignal.Stop);
    }

    public void Dispose() => _processes.ForEach(UnixSignal.Continue);

    private static IEnumerable<int> ChildrenOf(int parent) =>
        File.ReadAllText($"/proc/{parent}/task/{parent}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(id => int.Parse(id, CultureInfo.InvariantCulture));
}
