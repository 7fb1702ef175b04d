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
    private static readonly string Inside = $"10.214.{Environment.ProcessId % 200}";

    // Of `ip` and of the kernel, where namespaces, bridges or NAT are not to be had. All else is a failure.
    private static readonly string[] NotAllowed =
    [
        "not permitted", "Permission denied", "not supported", "Unknown device type", "exec of ",
    ];

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
    public static Namespaces Create(int machines) => Create(namespaces =>
    {
        for (var machine = 1; machine <= machines; machine++)
        {
            namespaces.Add(machine);
        }
    });

    /// <summary>
    /// Puts one more machine behind one of the others, which becomes its router: the machine's connections seem to come
    /// from the router, and of those from outside the router passes on what goes to <paramref name="port"/>. Skips the
    /// test where there is no nftables.
    /// </summary>
    public void AddBehind(int router, int machine, int port) => OrSkip("A machine behind NAT", () =>
    {
        var (name, outside) = (NameOf(machine), NameOf(router));
        Ip("netns", "add", name);
        _made.Add(name);
        Ip("-n", outside, "link", "add", "inside", "type", "veth", "peer", "name", "eth0", "netns", name);
        Ip("-n", outside, "address", "add", $"{Inside}.1/24", "dev", "inside");
        Ip("-n", outside, "link", "set", "inside", "up");
        Ip("-n", name, "address", "add", $"{Inside}.2/24", "dev", "eth0");
        Ip("-n", name, "link", "set", "eth0", "up");
        Ip("-n", name, "link", "set", "lo", "up");
        Ip("-n", name, "route", "add", "default", "via", $"{Inside}.1");
        Ip("netns", "exec", outside, "sysctl", "-q", "-w", "net.ipv4.ip_forward=1");
        Ip("netns", "exec", outside, "nft",
            $$"""
              table ip nat {
                chain out { type nat hook postrouting priority 100; oifname "eth0" masquerade; }
                chain in {
                  type nat hook prerouting priority -100;
                  iifname "eth0" tcp dport {{port}} dnat to {{Inside}}.2;
                }
              }
              """);
    });

    public void Dispose()
    {
        foreach (var name in _made)
        {
            TryIp("netns", "delete", name);
        }

        TryIp("link", "delete", Prefix);
    }

    private static Namespaces Create(Action<Namespaces> add)
    {
        var namespaces = new Namespaces();
        namespaces.OrSkip("A machine with an address of its own", () =>
        {
            Ip("link", "add", Prefix, "type", "bridge");
            Ip("address", "add", $"{Own}/24", "dev", Prefix);
            Ip("link", "set", Prefix, "up");
            add(namespaces);
        });
        return namespaces;
    }

    private void OrSkip(string what, Action make)
    {
        try
        {
            make();
        }
        catch (Exception refused) when (IsRefused(refused))
        {
            Dispose();
            if (refused is System.ComponentModel.Win32Exception
                || NotAllowed.Any(text => refused.Message.Contains(text, StringComparison.OrdinalIgnoreCase)))
            {
                Assert.Skip($"{what} cannot be had here: {refused.Message}");
            }

            throw;
        }
    }

    private void Add(int machine)
    {
        var name = NameOf(machine);
        Ip("netns", "add", name);
        _made.Add(name);
        Ip("link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", name);
        Ip("link", "set", name, "master", Prefix, "up");
        Ip("-n", name, "address", "add", $"{AddressOf(machine)}/24", "dev", "eth0");
        Ip("-n", name, "link", "set", "eth0", "up");
        Ip("-n", name, "link", "set", "lo", "up");
        Ip("-n", name, "route", "add", "default", "via", Own);
    }

    private static void TryIp(params string[] arguments)
    {
        try
        {
            Ip(arguments);
        }
        catch (Exception refused) when (IsRefused(refused))
        {
            // It was never made.
        }
    }

    private static bool IsRefused(Exception failure) =>
        failure is InvalidOperationException or System.ComponentModel.Win32Exception;

    private static void Ip(params string[] arguments)
    {
        using var process = SystemProcess.Start(
            new ProcessStartInfo("ip", arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"ip {string.Join(' ', arguments)}: {error.Trim()}");
        }
    }
}
