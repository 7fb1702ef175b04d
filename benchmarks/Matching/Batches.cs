using System.Diagnostics;
using EndpointSync.Bench.Model;

namespace EndpointSync.Bench.Matching;

/// <summary>Work that is too short to be measured one by one, in batches; each is one sample.</summary>
internal static class Batches
{
    /// <param name="row">Gets the samples, and the bytes that one operation allocates on its thread.</param>
    /// <param name="count">How many batches there are.</param>
    /// <param name="operations">How many operations a batch has.</param>
    /// <param name="batch">Does them.</param>
    public static void Measure(Row row, int count, int operations, Action batch)
    {
        // The runtime compiles hot code anew after a while, in the background.
        for (var warmUp = 0; warmUp < Math.Max(3, count / 2); warmUp++)
        {
            batch();
        }

        var allocated = 0L;
        for (var number = 0; number < count; number++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var started = Stopwatch.GetTimestamp();
            batch();
            row.Times.Add(Stopwatch.GetElapsedTime(started), operations);
            allocated += GC.GetAllocatedBytesForCurrentThread() - before;
        }

        row.Tally("bytes", (double)allocated / count / operations);
    }
}
