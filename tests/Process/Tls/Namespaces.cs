using System.Diagnostics;
using SystemProcess = System.Diagnostics.Process;

namespace EndpointSync.Tests.Process.Tls;

/// <summary>
/// Machines, as far as the network is concerned: namespaces with an address each, on one bridge. The test itself is on
/// the bridge with the first address. Only root may make them, and not in every container.
/// </summary>
internal sealed class Namespaces : IDisposable
{
    // Not longer than a network interface's name may be, and unlike those of another run.
    private static readonly string Prefix = $"es{Environment.ProcessId % 100_000}";
    private static readonly string Network = $"10.213.{Environment.ProcessId % 200}";

    private readonly List<string> _made = [];

    private Namespaces()
    {
    }

    /// <summary>The address of the test itself, and of what it relays.</summary>
    public static string Own => $"{Network}.1";

    public static string AddressOf(int machine) => $"{Network}.{10 + machine}";

    public static string NameOf(int machine) => $"{Prefix}-{machine}";

    /// <summary>
    /// Makes the machines 1 to <paramref name="machines"/>, or skips the test where that is not allowed.
    /// </summary>
    public static Namespaces Create(int machines)
    {
        var namespaces = new Namespaces();
        try
        {
            Ip($"link add {Prefix} type bridge");
            Ip($"address add {Own}/24 dev {Prefix}");
            Ip($"link set {Prefix} up");
            for (var machine = 1; machine <= machines; machine++)
            {
                namespaces.Add(machine);
            }

            return namespaces;
        }
        catch (Exception refused) when (refused is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            namespaces.Dispose();
            Assert.Skip($"Network namespaces are not allowed here: {refused.Message}");
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var name in _made)
        {
            TryIp($"netns delete {name}");
        }

        TryIp($"link delete {Prefix}");
    }

    private void Add(int machine)
    {
        var name = NameOf(machine);
        Ip($"netns add {name}");
        _made.Add(name);
        Ip($"link add {name} type veth peer name eth0 netns {name}");
        Ip($"link set {name} master {Prefix} up");
        Ip($"-n {name} address add {AddressOf(machine)}/24 dev eth0");
        Ip($"-n {name} link set eth0 up");
        Ip($"-n {name} link set lo up");
        Ip($"-n {name} route add default via {Own}");
    }

    private static void TryIp(string arguments)
    {
        try
        {
            Ip(arguments);
        }
        catch (Exception refused) when (refused is InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            // It was never made.
        }
    }

    private static void Ip(string arguments)
    {
        using var process = SystemProcess.Start(
            new ProcessStartInfo("ip", arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"ip {arguments}: {error.Trim()}");
        }
    }
}
