using System.ComponentModel;
using System.Runtime.InteropServices;

namespace EndpointSync.Tools.Processes;

/// <summary>The signals that .NET has no method for. A signal to a process that has ended does nothing.</summary>
internal static class UnixSignal
{
    private const int NoSuchProcess = 3;

    public static void HangUp(int processId) => Send(processId, 1);

    public static void Terminate(int processId) => Send(processId, 15);

    public static void Stop(int processId) => Send(processId, OperatingSystem.IsMacOS() ? 17 : 19);

    public static void Continue(int processId) => Send(processId, OperatingSystem.IsMacOS() ? 19 : 18);

    private static void Send(int processId, int signal)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException("Windows has no signals: a process can only be killed there.");
        }

        if (Kill(processId, signal) != 0 && Marshal.GetLastPInvokeError() != NoSuchProcess)
        {
            throw new Win32Exception(
                Marshal.GetLastPInvokeError(), $"Signal {signal} could not be sent to process {processId}.");
        }
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int Kill(int processId, int signal);
}
