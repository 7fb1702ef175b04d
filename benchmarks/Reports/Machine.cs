using System.Globalization;
using System.Runtime.InteropServices;

namespace EndpointSync.Bench.Reports;

/// <summary>Where a run took place.</summary>
/// <param name="Processor">The model of its processors.</param>
/// <param name="Cores">How many of them this process may use.</param>
/// <param name="MemoryBytes">How much memory this process may use.</param>
/// <param name="System">The operating system.</param>
internal sealed record Machine(string Processor, int Cores, long MemoryBytes, string System)
{
    private const string ProcessorFile = "/proc/cpuinfo";
    private const string LoadFile = "/proc/loadavg";

    public static Machine This { get; } = new(
        ProcessorModel(), Environment.ProcessorCount, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
        RuntimeInformation.OSDescription);

    /// <summary>
    /// The mean number of runnable threads over the last minute, this run's included; null where the system does not
    /// report it.
    /// </summary>
    public static double? Load() =>
        File.Exists(LoadFile)
            ? double.Parse(File.ReadAllText(LoadFile).Split(' ')[0], CultureInfo.InvariantCulture)
            : null;

    public override string ToString() =>
        FormattableString.Invariant($"{Processor}, {Cores} cores, {MemoryBytes / 1_073_741_824.0:0.#} GiB, {System}");

    private static string ProcessorModel() =>
        (File.Exists(ProcessorFile)
            ? File.ReadLines(ProcessorFile)
                .FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))
            : null)
            ?.Split(':', 2)[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
}
