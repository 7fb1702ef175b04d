using EndpointSync.Tools.Postgres;

namespace EndpointSync.Tests.Unit.Deployment;

/// <summary>
/// Which failed tests <c>./test</c> runs once more by <c>eng/again</c>, and what it makes of the result.
/// </summary>
public sealed class SecondChanceTests : IDisposable
{
    private static readonly string Root = RepositoryRoot.Find(AppContext.BaseDirectory)!;
    private readonly string _folder = Directory.CreateTempSubdirectory("endpointsync-again-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_test_that_passes_alone_is_named_as_flaky()
    {
        var result = await AgainAsync(Log(Failed("Process", "WaitTests.A_wait_ends(kind: \"late (very)\")")), 0);

        Assert.True(result.Succeeded, result.Output);
        Assert.Contains(
            $"--project {Root}/tests/Process -c Release --no-build "
            + "--filter-method EndpointSync.Tests.Process.WaitTests.A_wait_ends\n",
            result.Output,
            StringComparison.Ordinal);
        Assert.EndsWith(
            "FLAKY: EndpointSync.Tests.Process.WaitTests.A_wait_ends failed beside the others and passed alone.",
            result.Output,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_test_that_fails_again_has_failed() =>
        Assert.False((await AgainAsync(Log(Failed("Process", "WaitTests.A_wait_ends")), 2)).Succeeded);

    [Fact]
    public async Task Without_a_failed_test_a_failed_run_has_failed() =>
        await AssertNoneAsync(Log(""));

    [Fact]
    public async Task Three_tests_have_a_second_chance_and_four_have_none()
    {
        string[] names = ["T.One", "T.Two", "T.Three", "T.Four"];

        Assert.True((await AgainAsync(Log(names.Take(3).Select(name => Failed("Cluster", name))), 0)).Succeeded);
        await AssertNoneAsync(Log(names.Select(name => Failed("Cluster", name))));
    }

    [Fact]
    public async Task What_fleets_answered_is_not_asked_twice() =>
        await AssertNoneAsync(Log(Failed("Worker", "T.One"), Failed("Failover", "T.Two")));

    [Fact]
    public async Task A_project_that_crashed_has_failed()
    {
        var failed = Failed("Cluster", "T.One");

        await AssertNoneAsync(Log(failed).Replace("Test run summary: Passed!\n", "", StringComparison.Ordinal));
        await AssertNoneAsync(
            Log(failed, "Test run completed with non-success exit code: 7 (see: https://aka.ms/...)\n"));
    }

    private static string Failed(string project, string test) =>
        $"""
        failed EndpointSync.Tests.{project}.{test} (2m 01s 624ms)
          from {Root}/tests/{project}/bin/Release/net10.0/EndpointSync.Tests.{project}.dll (net10.0|x64)
          Assert.Empty() Failure: Collection was not empty

        """;

    private static string Log(params IEnumerable<string> parts) =>
        $"""
        skipped EndpointSync.Tests.Process.OdooTests.All_of_them
          from {Root}/tests/Process/bin/Release/net10.0/EndpointSync.Tests.Process.dll (net10.0|x64)
        {string.Concat(parts)}
        Test run summary: Failed!
        Test run completed with non-success exit code: 2 (see: https://aka.ms/testingplatform/exitcodes)
        Test run summary: Passed!

        """;

    private async Task AssertNoneAsync(string log)
    {
        var result = await AgainAsync(log, 0);

        Assert.False(result.Succeeded);
        Assert.Equal("", result.Output);
    }

    // Instead of dotnet it calls a function that shows how it was called.
    private async Task<CommandLine.Result> AgainAsync(string log, int exitCode)
    {
        var path = Path.Combine(_folder, "log");
        await File.WriteAllTextAsync(path, log);
        return await CommandLine.RunAsync(
            [
                "bash", "-c", "dotnet() { echo \"$@\"; return $CODE; }; export -f dotnet; CODE=$0 eng/again \"$1\" 2",
                $"{exitCode}", path,
            ],
            Root,
            TestContext.Current.CancellationToken);
    }
}
