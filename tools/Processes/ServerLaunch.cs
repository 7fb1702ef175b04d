using System.Diagnostics;
using EndpointSync.Tools.Postgres;

namespace EndpointSync.Tools.Processes;

/// <summary>The start parameters of a <see cref="ServerProcess"/>.</summary>
/// <param name="Kind">The kind of server, capitalized: Silo, Worker.</param>
/// <param name="Name">The display name.</param>
/// <param name="Program">The program to run.</param>
/// <param name="Address">The address that the server listens on.</param>
/// <param name="OnOutput">Called with every line of output, from any thread; null for none.</param>
internal sealed record ServerLaunch(
    string Kind, string Name, ServerProgram Program, Uri Address, Action<string>? OnOutput)
{
    /// <summary>
    /// The program's configuration keys and values, without its address; the last value of each key counts. An empty
    /// value unsets a key.
    /// </summary>
    public required IEnumerable<KeyValuePair<string, string>> Configuration { get; init; }

    /// <summary>The address of a port on 127.0.0.1; 0 picks a free port.</summary>
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
            start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value.Length > 0 ? value : null;
        }

        return Process.Start(start)!;
    }

    private Dictionary<string, string> Keys()
    {
        var keys = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
        {
            ["Urls"] = Address.GetLeftPart(UriPartial.Authority),
            // The process stops when its standard input ends, which happens even if this process is killed.
            ["EndpointSync:StopWhenInputEnds"] = "true",
        };
        foreach (var (key, value) in Configuration)
        {
            keys[key] = value;
        }

        return keys;
    }
}
