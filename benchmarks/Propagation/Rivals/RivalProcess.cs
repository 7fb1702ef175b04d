using System.Diagnostics;
using System.Net;

namespace EndpointSync.Bench.Propagation.Rivals;

/// <summary>
/// A server of another product in a process of its own. It ends with this one, however this one ends.
/// </summary>
internal sealed class RivalProcess : IAsyncDisposable
{
    // The shell waits for the end of its input, which is the end of the process that started it.
    private const string UntilInputEnds = "\"$@\" & server=$!; read -r _; kill $server; wait $server";

    private static readonly TimeSpan ReadyTimeout = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(50);

    private readonly Process _shell;

    private RivalProcess(Process shell) => _shell = shell;

    /// <summary>Starts a server and waits until it answers a path with 200.</summary>
    /// <exception cref="InvalidOperationException">It ended first.</exception>
    public static async Task<RivalProcess> StartAsync(
        Uri ready, IReadOnlyDictionary<string, string> environment, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", UntilInputEnds, "sh", program, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var shell = new Process { StartInfo = start };
        shell.Start();
        shell.BeginOutputReadLine();
        shell.BeginErrorReadLine();
        var server = new RivalProcess(shell);
        try
        {
            await server.UntilReadyAsync(ready);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _shell.StandardInput.Close();
        await _shell.WaitForExitAsync();
        _shell.Dispose();
    }

    private async Task UntilReadyAsync(Uri ready)
    {
        using var http = new HttpClient { Timeout = ReadyTimeout };
        var begun = Stopwatch.GetTimestamp();
        var isReady = await IsReadyAsync(http, ready);
        while (!isReady)
        {
            if (_shell.HasExited || Stopwatch.GetElapsedTime(begun) > ReadyTimeout)
            {
                throw new InvalidOperationException(
                    $"Nothing answers {ready}: {string.Join(' ', _shell.StartInfo.ArgumentList.Skip(3))}");
            }

            await Task.Delay(ProbeInterval);
            isReady = await IsReadyAsync(http, ready);
        }
    }

    private static async Task<bool> IsReadyAsync(HttpClient http, Uri ready)
    {
        try
        {
            using var response = await http.GetAsync(ready);
            return response.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
