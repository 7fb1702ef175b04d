using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EndpointSync.Tests.Routing.Differential;

/// <summary>Werkzeug itself, behind <c>werkzeug_oracle.py</c>; one process for the questions of one test.</summary>
internal sealed class Oracle : IDisposable
{
    private const string Python = "/usr/bin/python3";

    private readonly Process _process;

    private Oracle(Process process) => _process = process;

    /// <summary>Starts it, or skips the test that asks for it.</summary>
    public static Oracle StartOrSkip()
    {
        if (!CanImportWerkzeug())
        {
            Assert.Skip($"{Python} has no Werkzeug 2.2 to compare with: apt-get install python3-werkzeug.");
        }

        return new(Run(Path.Combine(AppContext.BaseDirectory, "werkzeug_oracle.py")));
    }

    public JsonNode Ask(object question)
    {
        _process.StandardInput.WriteLine(JsonSerializer.Serialize(question));
        _process.StandardInput.Flush();
        return JsonNode.Parse(
            _process.StandardOutput.ReadLine()
                ?? throw new InvalidOperationException("The oracle ended; its error is above."))!;
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static bool CanImportWerkzeug()
    {
        try
        {
            using var process = Run(
                "-c", "import importlib.metadata as m; assert m.version('werkzeug').startswith('2.2.')");
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }

    private static Process Run(params string[] arguments) => Process.Start(
        new ProcessStartInfo(Python, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
}
