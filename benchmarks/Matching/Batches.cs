using System.Diagnostics;
using EndpointSync.Bench.Model;

namespace EndpointSync.Bench.Matching;

/// <summary>Work that is too short to be measured one by one, in batches; each is one sample.</summary>
/// <param name="operations">How many operations a batch has.</param>
internal sealed class Batches(int operations)
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);

    private readonly List<(Row Row, Action Batch)> _works = [];

    /// <param name="row">Gets the samples, and the bytes that one operation allocates on its thread.</param>
    /// <param name="batch">Does the operations.</param>
    public void Add(Row row, Action batch) => _works.Add((row, batch));

    /// <summary>Measures all that was added in turns, so that what else the machine does meets all alike.</summary>
    public void Measure(int count)
    {
        // The runtime compiles hot code anew after a while, in the background.
        var begun = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(begun) < WarmUp)
        {
            _works.ForEach(work => work.Batch());
        }

        for (var number = 0; number < count; number++)
        {
            _works.ForEach(Measure);
        }
    }

    // What an operation allocates, every batch does; what the runtime allocates now and then for itself, the least of them does not.
    private void Measure((Row Row, Action Batch) work)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var started = Stopwatch.GetTimestamp();
        work.Batch();
        var elapsed = Stopwatch.GetElapsedTime(started);
        var bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        work.Row.TallyLeast("bytes", (double)bytes / operations);
        work.Row.Times.Add(elapsed, operations);
    }
}
