using System.Diagnostics;

namespace EndpointSync.Local.Processes;

/// <summary>What a <see cref="ServerProcess"/> is started with.</summary>
/// <param name="Kind">What it is, as the beginning of a sentence: Silo, Worker.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Program">The program to run.</param>
/// <param name="Address">The address that it listens on.</param>
/// <param name="OnOutput">Called with every line that it writes, from any thread; null where nobody watches.</param>
internal sealed record ServerLaunch(string Kind, string Name, ServerProgram Program, Uri Address, Action<string>? OnOutput)
{
    /// <summary>The program's keys and their values, besides its address; of those with one key the last counts.</summary>
    public required IEnumerable<KeyValuePair<string, string>> Configuration { get; init; }

    /// <summary>The address of a port on 127.0.0.1; 0 picks a free one.</summary>
    public static Uri AddressOf(int port) => new($"http://127.0.0.1:{(port != 0 ? port : LoopbackPort.PickFree())}/");

    public Process Start()
    {
        var start = new ProcessStartInfo(ServerProgram.Launcher(), [Program.Path])
        {
            WorkingDirectory = Program.ContentRoot,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            CreateNoWindow = true,
        };
        foreach (var (key, value) in Keys())
        {
            start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        return Process.Start(start)!;
    }

    private Dictionary<string, string> Keys()
    {
        var keys = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            ["Urls"] = Address.GetLeftPart(UriPartial.Authority),
            // The process stops when its standard input ends, which the system brings about even when this process is killed.
            ["EndpointSync:StopWhenInputEnds"] = "true",
        };
        foreach (var (key, value) in Configuration)
        {
            keys[key] = value;
        }

        return keys;
    }
}
