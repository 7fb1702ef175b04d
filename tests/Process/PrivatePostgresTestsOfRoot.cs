using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;
using EndpointSync.Tools.Postgres;

namespace EndpointSync.Tests.Process;

[UnsupportedOSPlatform("windows")]
public sealed class PrivatePostgresTestsOfRoot : PrivatePostgresTestsFolder
{
    private const string NotRoot = "This process is not root.";

    [Fact]
    public async Task A_server_started_by_root_runs_as_another_account()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, NotRoot);
        await FillAsync();
        await using var server = await StartAsync();

        var status = await File.ReadAllLinesAsync($"/proc/{server.ProcessId}/status", Deadline);
        Assert.DoesNotContain(
            "\t0", status.Single(line => line.StartsWith("Uid:", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Equal(Folder, server.Directory);
    }

    [Fact]
    public async Task A_folder_that_the_account_cannot_reach_is_replaced_and_names_the_replacement()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, NotRoot);
        Directory.CreateDirectory(Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var wanted = Path.Combine(Folder, "postgres");
        var instead =
            $"/var/tmp/endpointsync-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(wanted)))[..8]}";
        try
        {
            await using var server = await PrivatePostgres.StartAsync(
                new PrivatePostgresOptions { Directory = wanted }, Deadline);
            Assert.Equal(instead, server.Directory);
            Assert.Equal(1, await AskAsync(server, "select 1"));
            Assert.Contains(
                instead, await File.ReadAllTextAsync(Path.Combine(wanted, "location.txt"), Deadline),
                StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(instead, recursive: true);
        }
    }

    [Theory]
    [InlineData("runuser")]
    [InlineData("setpriv")]
    [InlineData("su")]
    public async Task Each_program_that_changes_the_account_passes_the_command_on_unchanged(string program)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, NotRoot);
        var path = CommandLine.Find(program);
        Assert.SkipWhen(path is null, $"{program} is not installed.");
        var change = await ServerAccount.SwitchAsync("nobody", name => name == program ? path : null, Deadline);

        var result = await CommandLine.RunAsync(
            [.. change, "sh", "-c", "id -un; echo \"$1|$2\"", "-D", "a b", "$x"], "/", Deadline);
        Assert.Equal("nobody\na b|$x", result.Output);
    }
}
