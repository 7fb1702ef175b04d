using System.Diagnostics;
using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Processes;

using SystemProcess = System.Diagnostics.Process;

namespace EndpointSync.Tests.Process;

/// <summary>What a container's engine runs to learn whether a silo is well.</summary>
public sealed class HealthProbeTests
{
    [Fact]
    public async Task The_silos_own_binary_tells_whether_a_silo_answers_that_it_is_ready()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var silo = await SiloProcess.StartAsync(
            Fleet.Options(database), TestContext.Current.CancellationToken);
        var ready = new Uri(silo.Address, "health/ready");

        var (code, output) = await ProbeAsync($"{ready}");
        Assert.StartsWith("200 {\"status\":\"", output, StringComparison.Ordinal);
        Assert.Equal(0, code);

        (code, output) = await ProbeAsync($"{new Uri(silo.Address, "no/such/path")}");
        Assert.StartsWith("404", output, StringComparison.Ordinal);
        Assert.Equal(1, code);

        silo.Suspend();
        (code, output) = await ProbeAsync($"{ready}");
        Assert.Equal($"{ready} did not answer within 5 seconds", output);
        Assert.Equal(1, code);
        silo.Resume();

        silo.Kill();
        await silo.Exited.Within("the killed silo's end");
        (code, output) = await ProbeAsync($"{ready}");
        Assert.StartsWith($"{ready} cannot be asked: Connection refused", output, StringComparison.Ordinal);
        Assert.Equal(1, code);
    }

    [Theory]
    [InlineData("http://192.0.2.1:5080/health/ready")]
    [InlineData("5080")]
    [InlineData("file:///etc/passwd")]
    [InlineData("http://127.0.0.1:1", "more")]
    public async Task Only_a_URL_of_this_machine_is_asked(params string[] arguments)
    {
        var (code, output) = await ProbeAsync(arguments);

        Assert.StartsWith("Usage: EndpointSync.Silo probe [URL]", output, StringComparison.Ordinal);
        Assert.Equal(64, code);
    }

    private static async Task<(int Code, string Output)> ProbeAsync(params string[] arguments)
    {
        using var probe = SystemProcess.Start(new ProcessStartInfo("dotnet", [Program(), "probe", .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = probe.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = await probe.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await probe.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (probe.ExitCode, (await output + errors).TrimEnd());
    }

    private static string Program() =>
        ServerProgram.Find(Path.Combine("src", "Silo"), "EndpointSync.Silo").Path;
}
