using System.Runtime.Versioning;
using EndpointSync.Tests.Process.Access;

namespace EndpointSync.Tests.Process;

/// <summary>Clusters that the user has given names.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class CliProfileTests(OneProtectedSilo one) : IClassFixture<OneProtectedSilo>, IAsyncLifetime
{
    private readonly string _home = Directory.CreateTempSubdirectory("endpointsync-home-").FullName;

    private readonly ProtectedSilo _silo = one.Silo;

    private string File => Path.Combine(_home, "endpointsync", "config.json");

    private string KeyFile => Path.Combine(_home, "key");

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(File)!);
        await System.IO.File.WriteAllTextAsync(KeyFile, ProtectedSilo.AdminKey + "\n");
        System.IO.File.SetUnixFileMode(KeyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Write($$"""
            {
              "default": "away",
              "profiles": {
                "away": { "server": "http://127.0.0.1:9" },
                "here": { "server": "{{_silo.Address}}", "keyFile": "{{KeyFile}}", "registry": "openspp" }
              }
            }
            """);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_home, recursive: true);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_profile_has_the_silo_the_key_and_the_registry()
    {
        var reload = await RunAsync("reload", "--profile", "here");
        var added = await RunAsync(
            "endpoints", "add", "--profile", "here", "--name", "n", "--root-path", "/p", "--app", "a");
        var explained = await RunAsync("explain", "/p", "--profile", "here");
        var byVariable = await RunAsync(new Dictionary<string, string> { ["ENDPOINTSYNC_PROFILE"] = "here" }, "plan");
        var byDefault = await RunAsync("status");

        Assert.Equal((0, ""), (reload.ExitCode, reload.Error));
        Assert.Equal((0, ""), (added.ExitCode, added.Error));
        Assert.StartsWith("GET /p\n", explained.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("cannot be reached", byVariable.Error, StringComparison.Ordinal);
        Assert.Equal(4, byDefault.ExitCode);
        Assert.Contains("http://127.0.0.1:9/", byDefault.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_key_of_a_profile_goes_to_no_other_server()
    {
        var elsewhere = await RunAsync("status", "--server", $"{_silo.Address}");
        var both = await RunAsync("status", "--server", $"{_silo.Address}", "--profile", "here");

        Assert.Contains("A valid key is required", elsewhere.Error, StringComparison.Ordinal);
        Assert.Equal(2, both.ExitCode);
    }

    [Fact]
    public async Task Profiles_are_listed_with_their_state_and_without_keys()
    {
        var table = await RunAsync("profiles");
        var names = await RunAsync("profiles", "-o", "name");

        Assert.Matches("(?m)^away +yes +http://127.0.0.1:9 +ready$", table.Output);
        Assert.Matches("(?m)^here +http://.* +openspp +.* +ready$", table.Output);
        Assert.DoesNotContain(ProtectedSilo.AdminKey, table.Output, StringComparison.Ordinal);
        Assert.Equal("away\nhere\n", names.Output);
    }

    [Fact]
    public async Task A_key_file_that_others_may_read_is_warned_of()
    {
        System.IO.File.SetUnixFileMode(
            KeyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);

        var status = await RunAsync("status", "--profile", "here");

        Assert.Equal(0, status.ExitCode);
        Assert.Equal($"Warning: others may read the key file. Run: chmod 600 {KeyFile}\n", status.Error);
    }

    [Theory]
    [InlineData("""{ "profiles": { "x": { "server": "http://127.0.0.1:9", "key": "secret-key" } } }""", "the key")]
    [InlineData("""{ "profiles": { "x": { } } }""", "server")]
    [InlineData("""{ "profiles": { "x": { "server": "http://127.0.0.1:9", "sever": "" } } }""", "sever")]
    [InlineData("""{ "default": "y", "profiles": { } }""", "'y'")]
    [InlineData("""{ "profiles": """, "cannot be read")]
    public async Task A_file_that_cannot_be_used_is_named_with_what_is_wrong(string text, string reason)
    {
        Write(text);

        var status = await RunAsync("status");

        Assert.Equal((2, ""), (status.ExitCode, status.Output));
        Assert.Contains(File, status.Error, StringComparison.Ordinal);
        Assert.Contains(reason, status.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-key", status.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_others_may_write_is_refused_and_an_unknown_profile_too()
    {
        var unknown = await RunAsync("status", "--profile", "nowhere");
        System.IO.File.SetUnixFileMode(
            File, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupWrite);
        var writable = await RunAsync("status", "--profile", "here");

        Assert.Equal((2, 2), (unknown.ExitCode, writable.ExitCode));
        Assert.Contains("It has: away, here.", unknown.Error, StringComparison.Ordinal);
        Assert.Contains($"chmod go-w {File}", writable.Error, StringComparison.Ordinal);
    }

    private void Write(string text)
    {
        System.IO.File.WriteAllText(File, text);
        System.IO.File.SetUnixFileMode(File, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private Task<CliProcess> RunAsync(params string[] arguments) => RunAsync([], arguments);

    private Task<CliProcess> RunAsync(Dictionary<string, string> environment, params string[] arguments) =>
        CliProcess.RunAsync(
            ["dotnet"], server: null,
            new Dictionary<string, string>(environment) { ["XDG_CONFIG_HOME"] = _home }, arguments);
}
