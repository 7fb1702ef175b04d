using System.Diagnostics;
using System.Globalization;

namespace EndpointSync.Bench.Storm;

/// <summary>
/// The processor time that processes have used at one moment. For Postgres' sessions it is Linux's count in
/// nanoseconds: the usual ticks are longer than the work of one of hundreds of sessions in a round.
/// </summary>
internal sealed class ProcessorTime
{
    private readonly Dictionary<int, double> _seconds;

    private ProcessorTime(Dictionary<int, double> seconds) => _seconds = seconds;

    /// <param name="processes">Processes with threads, which come and go.</param>
    /// <param name="postmaster">The first process of Postgres; its children have a single thread each.</param>
    public static ProcessorTime Now(IEnumerable<int> processes, int postmaster) =>
        new(processes.ToDictionary(process => process, OfProcess)
            .Concat(SessionsOf(postmaster).ToDictionary(session => session, OfSession))
            .ToDictionary());

    /// <summary>
    /// Seconds since an earlier moment, of the processes that are there still; not a number where Linux is not.
    /// </summary>
    public double Since(ProcessorTime earlier) =>
        OperatingSystem.IsLinux()
            ? _seconds.Sum(process => process.Value - earlier._seconds.GetValueOrDefault(process.Key))
            : double.NaN;

    private static double OfProcess(int id)
    {
        using var process = Process.GetProcessById(id);
        return process.TotalProcessorTime.TotalSeconds;
    }

    private static IEnumerable<int> SessionsOf(int postmaster) => !OperatingSystem.IsLinux() ? [] :
    [
        .. File.ReadAllText($"/proc/{postmaster}/task/{postmaster}/children")
            .Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(
                child => int.Parse(child, CultureInfo.InvariantCulture)),
        postmaster,
    ];

    private static double OfSession(int session)
    {
        try
        {
            return double.Parse(
                File.ReadAllText($"/proc/{session}/schedstat").Split(' ')[0], CultureInfo.InvariantCulture) / 1e9;
        }
        catch (IOException)
        {
            return 0; // It has ended since it was listed.
        }
    }
}
