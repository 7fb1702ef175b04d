using EndpointSync.Tools.Processes;

namespace EndpointSync.Tests.Failover;

/// <summary>The programs of one build: of this checkout, or of another one.</summary>
/// <param name="Name">What the build's processes are called.</param>
/// <param name="Root">The other checkout, built there; null for this one.</param>
internal sealed record BuildUnderTest(string Name, string? Root)
{
    private const string Variable = "ENDPOINTSYNC_OTHER_BUILD";

    public static BuildUnderTest This { get; } = new("new", null);

    /// <summary>The build that is named by the environment. Without one the test is skipped.</summary>
    public static BuildUnderTest Other()
    {
        var root = Environment.GetEnvironmentVariable(Variable);
        Assert.SkipWhen(root is null, $"./test --upgrade builds another commit and sets {Variable}.");
        return new BuildUnderTest("old", root);
    }

    public SiloProcessOptions Silo(SiloProcessOptions options, int number) =>
        options with { Name = $"{Name}-silo-{number}", Program = Program("src/Silo", "EndpointSync.Silo") };

    public WorkerProcessOptions Worker(WorkerProcessOptions options, int number) =>
        options with
        {
            Name = $"{Name}-worker-{number}",
            Program = Program("samples/Worker", "EndpointSync.SampleWorker"),
        };

    private string? Program(string project, string assembly) =>
        Root is null ? null : Path.Combine(Root, project, "bin", "Release", "net10.0", $"{assembly}.dll");
}
