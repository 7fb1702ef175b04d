using System.Diagnostics;
using EndpointSync.Tests.Testing;

using SystemProcess = System.Diagnostics.Process;

namespace EndpointSync.Tests.Packages;

/// <summary>An application that was built from packages, in its own operating system process.</summary>
internal sealed class SampleProcess : IAsyncDisposable
{
    private readonly SystemProcess _process;
    private readonly List<string> _lines = [];
    private readonly List<(string Text, TaskCompletionSource<string> Seen)> _awaited = [];

    private SampleProcess(string program, IReadOnlyDictionary<string, string> settings, string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [program, .. arguments])
        {
            WorkingDirectory = Path.GetDirectoryName(program)!,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (key, value) in settings)
        {
            start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        _process = new SystemProcess { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Add(line.Data);
        _process.ErrorDataReceived += (_, line) => Add(line.Data);
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public static SampleProcess Start(
        string program, IReadOnlyDictionary<string, string> settings, params string[] arguments) =>
        new(program, settings, arguments);

    /// <summary>The line with a text, now or when it is written.</summary>
    public Task<string> LineAsync(string text)
    {
        lock (_lines)
        {
            if (_lines.FirstOrDefault(line => line.Contains(text, StringComparison.Ordinal)) is { } line)
            {
                return Task.FromResult(line);
            }

            var seen = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            _awaited.Add((text, seen));
            return seen.Task.Within($"'{text}' in the output of {_process.StartInfo.ArgumentList[0]}");
        }
    }

    /// <summary>The exit code and all output, once the process has ended.</summary>
    public async Task<(int ExitCode, string Output)> EndAsync()
    {
        await _process.WaitForExitAsync().Within($"the end of {_process.StartInfo.ArgumentList[0]}");
        return (_process.ExitCode, Output());
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }

    private string Output()
    {
        lock (_lines)
        {
            return string.Join('\n', _lines);
        }
    }

    private void Add(string? line)
    {
        lock (_lines)
        {
            if (line is null)
            {
                return;
            }

            _lines.Add(line);
            foreach (var (_, seen) in _awaited.Where(awaited => line.Contains(awaited.Text, StringComparison.Ordinal)))
            {
                seen.TrySetResult(line);
            }
        }
    }
}
