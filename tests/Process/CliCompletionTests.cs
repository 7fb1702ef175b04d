using System.Diagnostics;
using EndpointSync.Tests.Testing;

using SystemProcess = System.Diagnostics.Process;

namespace EndpointSync.Tests.Process;

/// <summary>What a shell completes, asked in the shell itself.</summary>
public sealed class CliCompletionTests(ClientCluster cluster) : IClassFixture<ClientCluster>
{
    private const string InBash =
        """
        source <(endpointsync completion bash)
        complete -p endpointsync >/dev/null || exit 9
        COMP_LINE=$1; COMP_POINT=${#1}; read -ra COMP_WORDS <<<"$1"
        [[ $1 == *' ' ]] && COMP_WORDS+=('')
        COMP_CWORD=$(( ${#COMP_WORDS[@]} - 1 ))
        _endpointsync
        printf '%s\n' "${COMPREPLY[@]}"
        """;

    private const string InZsh =
        """
        autoload -Uz compinit; compinit -u -D
        compadd() { shift; printf '%s\n' "$@"; }
        source <(endpointsync completion zsh)
        BUFFER=$1; CURSOR=${#1}
        _endpointsync
        """;

    [Theory]
    [InlineData("endpointsync rel", "reload")]
    [InlineData("endpointsync reload open", "openspp")]
    [InlineData("endpointsync reload openspp --wait ", "silos", "workers")]
    [InlineData("endpointsync endpoints arch", "archive")]
    [InlineData("endpointsync completion ", "bash", "zsh", "pwsh")]
    public async Task Bash_completes_commands_options_values_and_registries(string line, params string[] expected) =>
        Assert.Superset(expected.ToHashSet(), (await RunAsync("bash", InBash, line)).ToHashSet());

    [Fact]
    public async Task Bash_completes_nothing_that_does_not_begin_like_the_word() =>
        Assert.All(
            await RunAsync("bash", InBash, "endpointsync re"),
            word => Assert.StartsWith("re", word, StringComparison.Ordinal));

    [Fact]
    public async Task Zsh_completes_commands_and_registries()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/zsh") || File.Exists("/bin/zsh"), "zsh is not installed");

        Assert.Contains("reload", await RunAsync("zsh", InZsh, "endpointsync rel"));
        Assert.Contains("openspp", await RunAsync("zsh", InZsh, "endpointsync reload open"));
    }

    [Fact]
    public async Task Without_a_silo_the_commands_are_completed_all_the_same()
    {
        var words = await RunAsync("bash", InBash, "endpointsync reload --al", new Uri("http://127.0.0.1:9"));

        Assert.Equal(["--allow-mass-removal"], words);
    }

    private async Task<string[]> RunAsync(string shell, string script, string line, Uri? server = null)
    {
        var start = new ProcessStartInfo(shell, ["-c", script, shell, line])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["ENDPOINTSYNC_SERVER"] = (server ?? cluster.Silos.Silos[0].Address).AbsoluteUri;
        start.Environment["PATH"] =
            $"{Path.GetDirectoryName(CliProcess.Program())}:{Environment.GetEnvironmentVariable("PATH")}";
        using var process = SystemProcess.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = await process.StandardError.ReadToEndAsync().Within($"the completion of: {line}");
        await process.WaitForExitAsync();
        Assert.Equal("", error);
        return (await output).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
