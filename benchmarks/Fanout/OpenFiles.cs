using System.Globalization;

namespace EndpointSync.Bench.Fanout;

/// <summary>Open files of processes, as Linux counts and limits them. Elsewhere nothing is known.</summary>
internal static class OpenFiles
{
    private const string LimitLine = "Max open files";

    /// <summary>How many this process may have; silos that it starts may have as many.</summary>
    public static double Limit() => !OperatingSystem.IsLinux()
        ? double.PositiveInfinity
        : File.ReadLines("/proc/self/limits")
            .Where(line => line.StartsWith(LimitLine, StringComparison.Ordinal))
            .Select(line => line[LimitLine.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0])
            .Select(text => text == "unlimited" ? double.PositiveInfinity : double.Parse(
                text, CultureInfo.InvariantCulture))
            .First();

    /// <summary>How many a process has open.</summary>
    public static double Of(int process) =>
        OperatingSystem.IsLinux() ? Directory.EnumerateFileSystemEntries($"/proc/{process}/fd").Count() : double.NaN;
}
