using System.Diagnostics;
using System.Globalization;

using SystemProcess = System.Diagnostics.Process;

namespace EndpointSync.Tests.Process;

/// <summary>A separate process that uses the private server in a folder until its input ends or it is killed.</summary>
internal sealed class PrivatePostgresTestsOwner : IAsyncDisposable
{
    private readonly SystemProcess _process;

    private PrivatePostgresTestsOwner(SystemProcess process) => _process = process;

    public int ProcessId => _process.Id;

    public int ServerProcessId { get; private set; }

    public int Port { get; private set; }

    public bool Adopted { get; private set; }

    public static async Task<PrivatePostgresTestsOwner> StartAsync(string folder, CancellationToken cancellationToken)
    {
        // In a separate session, so that a signal to its group reaches only it and its children.
        var dll = Path.Combine(AppContext.BaseDirectory, "EndpointSync.Tests.PostgresOwner.dll");
        var owner = new PrivatePostgresTestsOwner(
            SystemProcess.Start(new ProcessStartInfo("setsid", ["dotnet", dll, folder])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            })!);
        var fields = (await owner.ReadAsync(cancellationToken)).Split(' ');
        owner.ServerProcessId = Number(fields[0]);
        owner.Port = Number(fields[1]);
        owner.Adopted = bool.Parse(fields[2]);
        return owner;
    }

    public async Task<int> StartChildAsync(CancellationToken cancellationToken)
    {
        await _process.StandardInput.WriteLineAsync("child".AsMemory(), cancellationToken);
        return Number(await ReadAsync(cancellationToken));
    }

    public void Kill() => _process.Kill();

    public void KillWithChildren() => _process.Kill(entireProcessTree: true);

    public async Task InterruptGroupAsync(CancellationToken cancellationToken)
    {
        using var kill = SystemProcess.Start("kill", ["-INT", "--", $"-{_process.Id}"]);
        await kill.WaitForExitAsync(cancellationToken);
    }

    public async Task EndAsync(CancellationToken cancellationToken)
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task<string> ReadAsync(CancellationToken cancellationToken) =>
        await _process.StandardOutput.ReadLineAsync(cancellationToken)
            ?? throw new InvalidOperationException("The owner ended.");

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
