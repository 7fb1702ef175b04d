using System.Diagnostics;
using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Postgres;
using SystemProcess = System.Diagnostics.Process;

namespace EndpointSync.Tests.Process;

/// <summary>What <c>./run</c> runs starts a private PostgreSQL in Development, or when it is asked for.</summary>
public sealed class DatabaseChoiceTests
{
    private const string Key = "EndpointSync__Cluster__ConnectionString";

    [Theory]
    [InlineData("Production", null, "this is the environment 'Production'")]
    [InlineData("Staging", null, "this is the environment 'Staging'")]
    [InlineData(null, null, "this is the environment 'Production'")]
    [InlineData("Development", "", "is set and empty: a secret that was not mounted?")]
    [InlineData("Production", " ", "is set and empty")]
    public async Task A_machine_without_its_configuration_stops_with_the_reason(
        string? environment, string? connectionString, string reason)
    {
        var start = new ProcessStartInfo("dotnet", [Program()])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        start.Environment.Remove("ASPNETCORE_ENVIRONMENT");
        start.Environment["DOTNET_ENVIRONMENT"] = environment;
        start.Environment[Key] = connectionString;

        using var process = SystemProcess.Start(start)!;
        var error = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken)
            .Within("the end of the program");
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(1, process.ExitCode);
        Assert.Contains(reason, error, StringComparison.Ordinal);
        Assert.Contains(Key, error, StringComparison.Ordinal);
    }

    private static string Program() => Path.Combine(
        RepositoryRoot.Find(AppContext.BaseDirectory)!, "samples", "Demo", "bin",
        new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "net10.0", "EndpointSync.Demo.dll");
}
