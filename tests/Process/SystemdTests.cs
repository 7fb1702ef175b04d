using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Postgres;
using EndpointSync.Tools.Processes;

using SystemProcess = System.Diagnostics.Process;

namespace EndpointSync.Tests.Process;

/// <summary>A silo as a service of systemd: what it tells the socket that systemd gives it.</summary>
public sealed class SystemdTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("endpointsync-systemd-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_silo_says_that_it_is_ready_that_it_lives_and_that_it_stops()
    {
        await using var database = await TestDatabase.CreateAsync();
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(Path.Combine(_folder.FullName, "notify")));
        using var systemd = SystemProcess.Start(Unit(database))!;

        await UntilAsync(socket, "READY=1");
        await UntilAsync(socket, "WATCHDOG=1");
        await UntilAsync(socket, "WATCHDOG=1");
        // Its standard input ends, and so does the silo's.
        systemd.StandardInput.Close();
        await UntilAsync(socket, "STOPPING=1");
        await systemd.WaitForExitAsync().Within("the silo's end");
        Assert.Equal(0, systemd.ExitCode);
    }

    // A process is a service of systemd if its parent has that name.
    private ProcessStartInfo Unit(TestDatabase database)
    {
        var parent = Path.Combine(_folder.FullName, "systemd");
        File.Copy("/bin/sh", parent);
        var silo = ServerProgram.Find(Path.Combine("src", "Silo"), "EndpointSync.Silo").Path;
        return new ProcessStartInfo(parent, ["-c", $"'{ServerProgram.Launcher()}' '{silo}'; exit $?"])
        {
            RedirectStandardInput = true,
            Environment =
            {
                ["NOTIFY_SOCKET"] = Path.Combine(_folder.FullName, "notify"),
                ["WATCHDOG_USEC"] = "300000",
                ["Urls"] = "http://127.0.0.1:0",
                ["EndpointSync__StopWhenInputEnds"] = "true",
                ["EndpointSync__Cluster__SiloPort"] = $"{LoopbackPort.PickFree()}",
                ["EndpointSync__Cluster__GatewayPort"] = $"{LoopbackPort.PickFree()}",
                ["EndpointSync__Registries__openspp__Schema"] = "public",
                ["ConnectionStrings__endpointsync"] = database.ConnectionString,
            },
        };
    }

    private static async Task UntilAsync(Socket socket, string state)
    {
        var buffer = new byte[256];
        string said;
        do
        {
            var length = await socket.ReceiveAsync(buffer).Within(state);
            said = Encoding.UTF8.GetString(buffer, 0, length);
        }
        while (said != state);
    }
}
