using System.Diagnostics;
using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Processes;

namespace EndpointSync.Tests.Postgres.Recipes;

/// <summary>A running recipe, which ends with the test.</summary>
internal sealed class RecipeProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly ProcessOutput _output = new();

    private RecipeProcess(ProcessStartInfo start)
    {
        _process = new Process { StartInfo = start, EnableRaisingEvents = true };
        _process.OutputDataReceived += (_, line) => Take(line.Data);
        _process.ErrorDataReceived += (_, line) => Take(line.Data);
    }

    public static RecipeProcess Start(string[] command)
    {
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // Debian keeps modules here, and a Node from elsewhere does not know the folder.
        start.Environment["NODE_PATH"] = "/usr/share/nodejs";
        var recipe = new RecipeProcess(start);
        recipe._process.Start();
        recipe._process.BeginOutputReadLine();
        recipe._process.BeginErrorReadLine();
        return recipe;
    }

    /// <summary>Everything that it has written.</summary>
    public string Output => _output.ToString();

    /// <summary>Waits until it has written a text.</summary>
    public async Task SaysAsync(string text)
    {
        using var deadline = new CancellationTokenSource(Deadline.MaxWait);
        try
        {
            await _output.WaitForAsync(text, deadline.Token);
        }
        catch (OperationCanceledException)
        {
            throw new TimeoutException($"Waited {Deadline.MaxWait} in vain for '{text}' in: {Output}");
        }
    }

    /// <summary>Waits until it has ended.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> EndAsync()
    {
        await _process.WaitForExitAsync().Within("the recipe's end");
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private void Take(string? line)
    {
        if (line is not null)
        {
            _output.Add(line);
        }
    }
}
