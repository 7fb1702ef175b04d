using System.Text.Json.Nodes;
using EndpointSync.Tools.Postgres;

namespace EndpointSync.Tests.Unit.Worker;

/// <summary>What a worker application brings with it, as NuGet has resolved it.</summary>
public sealed class DependencyTests
{
    private static readonly string[] Unwanted = ["Orleans", "Npgsql", "CodeAnalysis", "Yarp", "Polly"];

    [Fact]
    public void A_worker_brings_no_package_that_runs()
    {
        var packages = Resolved(Path.Combine("src", "Worker"));

        Assert.Contains("EndpointSync.Protocol", packages.Projects);
        Assert.Empty(packages.Running);
    }

    [Fact]
    public void The_sample_brings_the_exporter_that_its_application_chose_and_nothing_else()
    {
        var packages = Resolved(Path.Combine("samples", "Worker"));

        Assert.Contains("EndpointSync.Worker", packages.Projects);
        // What OpenTelemetry itself needs.
        Assert.All(
            packages.Running.Except(["System.Diagnostics.DiagnosticSource"]),
            name => Assert.StartsWith("OpenTelemetry", name, StringComparison.Ordinal));
    }

    [Fact]
    public void The_forwarder_brings_YARP_and_nothing_else()
    {
        var packages = Resolved(Path.Combine("src", "Worker.Yarp"));

        Assert.Contains("Yarp.ReverseProxy", packages.Running);
        Assert.DoesNotContain(
            packages.Running,
            name => Unwanted.Any(
                unwanted => unwanted != "Yarp" && name.Contains(unwanted, StringComparison.OrdinalIgnoreCase)));
    }

    // A package without runtime assets, such as an analyzer, takes part in the build only.
    private static (List<string> Projects, List<string> Running) Resolved(string project)
    {
        var assets = JsonNode.Parse(File.ReadAllText(Path.Combine(
            RepositoryRoot.Find(AppContext.BaseDirectory)!, project, "obj", "project.assets.json")))!;
        var target = assets["targets"]!.AsObject().First().Value!.AsObject();
        List<string> Names(string type, Func<JsonNode, bool> condition) =>
        [
            .. target.Where(library => library.Value!["type"]!.GetValue<string>() == type && condition(library.Value))
                .Select(library => library.Key.Split('/')[0]),
        ];
        return (Names("project", _ => true), Names("package", library => library["runtime"] is not null));
    }
}
