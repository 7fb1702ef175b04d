using System.CommandLine;
using EndpointSync.Cli.Api;
using EndpointSync.Cli.Options;
using EndpointSync.Cli.Output;

namespace EndpointSync.Cli.Commands;

/// <summary><c>endpointsync explain</c>: which rule answers a request, and why.</summary>
internal static class ExplainCommand
{
    private static readonly Listing<ExplainedRule> Rules = new(
        rule => rule.Key,
        new("RULE", rule => rule.Rule),
        new("KEY", rule => rule.Key),
        new("APP", rule => rule.App ?? ""),
        new("WHY", rule => rule.Reason));

    public static Command Create()
    {
        var arguments = new RegistryArgument("path", "The path of the request, as a client sends it.");
        var method = new Option<string>("--method")
        {
            Description = "The method of the request. Default: GET.",
            DefaultValueFactory = _ => "GET",
        };
        var version = VersionNumber.Create(
            "--version", "Only this version. Default: each that a silo or a worker serves.");
        var command = new Command("explain", "Shows which rule answers a request, and why others do not.")
        {
            method, version,
        };
        arguments.AddTo(command);
        Session.SetAction(command, async (session, parsed) =>
        {
            var (registry, path) = arguments.Read(parsed, session.Connection);
            return session.Show<Explanation>(
                await session.AskAsync(Operations.Explain.At(
                    [registry], ("path", path), ("method", parsed.GetValue(method)),
                    ("version", Columns.Text(parsed.GetValue(version))))),
                Print);
        });
        return command;
    }

    private static void Print(Report report, Explanation explanation)
    {
        report.Line($"{explanation.Method} {explanation.Path}");
        foreach (var version in explanation.Versions)
        {
            report.Line();
            report.Fields(
                ("version", Columns.Text(version.Version)),
                ("served by", ServedBy(version)),
                ("outcome", Outcome(version.Outcome)),
                ("values", version.Values is { Count: > 0 } values
                    ? string.Join(", ", values.Select(value => $"{value.Key}={value.Value}"))
                    : null));
            if (version.Rules.Count > 0)
            {
                report.Line();
                Rules.Print(report, version.Rules);
            }
        }
    }

    private static string ServedBy(ExplainedVersion version)
    {
        var more = version.ServedByCount - version.ServedBy.Count;
        return version.ServedByCount == 0
            ? "nobody"
            : string.Join(", ", version.ServedBy) + (more > 0 ? $" and {more} more" : "");
    }

    private static Cell Outcome(string outcome) => outcome switch
    {
        "Found" => new Cell("answered", Tone.Good),
        "NotFound" => new Cell("404, no rule matches the path", Tone.Warning),
        "MethodNotAllowed" => new Cell("405, no rule that matches the path has the method", Tone.Warning),
        "Redirect" => "308, a rule matches the path with its double slashes merged",
        _ => "unknown, the version is not kept any more",
    };
}
