using System.Globalization;

namespace EndpointSync.Bench.Storm;

/// <summary>How long processors have worked for some processes, in user and in system mode.</summary>
internal static class ProcessorTime
{
    private const double TicksPerSecond = 100;

    // Behind the name, which may have spaces: the parent, and the times of the process and of its children that have ended.
    private const int Parent = 1;
    private const int FirstTime = 11;
    private const int Times = 4;

    /// <param name="server">PostgreSQL's first process; its sessions count too.</param>
    /// <param name="others">Further processes.</param>
    /// <returns>The seconds; 0 where the system has no <c>/proc</c>.</returns>
    public static double Of(int server, IEnumerable<int> others)
    {
        HashSet<int> wanted = [server, Environment.ProcessId, .. others];
        return Directory.Exists("/proc/self")
            ? Directory.EnumerateDirectories("/proc").Select(Read).OfType<(int Id, int Parent, double Seconds)>()
                .Where(process => wanted.Contains(process.Id) || process.Parent == server).Sum(process => process.Seconds)
            : 0;
    }

    private static (int Id, int Parent, double Seconds)? Read(string folder)
    {
        if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id))
        {
            return null;
        }

        try
        {
            var stat = File.ReadAllText(Path.Combine(folder, "stat"));
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return (id, Number(fields[Parent]), fields.Skip(FirstTime).Take(Times).Sum(Number) / TicksPerSecond);
        }
        catch (IOException)
        {
            return null; // It has ended.
        }
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
