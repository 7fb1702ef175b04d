using System.CommandLine;

namespace EndpointSync.Cli.Commands;

/// <summary><c>endpointsync explain</c>: which rule answers a request, and why.</summary>
internal static class ExplainCommand
{
    public static Command Create()
    {
        var registry = CommonOptions.Registry();
        var path = new Argument<string>("path") { Description = "The path of the request, as a client sends it." };
        var method = new Option<string>("--method")
        {
            Description = "The method of the request. Default: GET.",
            DefaultValueFactory = _ => "GET",
        };
        var version = new Option<long?>("--version")
        {
            Description = "Only this version. Default: each that a silo or a worker serves.",
            HelpName = "number",
        };
        var command = new Command("explain", "Shows which rule answers a request, and why others do not.")
        {
            registry, path, method, version,
        };
        Session.SetAction(command, async (session, parsed) => session.Show<Explanation>(
            await session.AskAsync(
                HttpMethod.Get,
                SiloApi.Path(parsed.GetRequiredValue(registry), "explain") + SiloApi.Query(
                    ("path", parsed.GetRequiredValue(path)), ("method", parsed.GetValue(method)),
                    ("version", Columns.Text(parsed.GetValue(version))))),
            Print));
        return command;
    }

    private static void Print(TextWriter output, Explanation explanation)
    {
        output.WriteLine(VisibleText.Of($"{explanation.Method} {explanation.Path}"));
        foreach (var version in explanation.Versions)
        {
            output.WriteLine();
            output.WriteFields(
                ("version", $"{version.Version}"),
                ("served by", ServedBy(version)),
                ("outcome", Outcome(version.Outcome)),
                ("values", version.Values is { Count: > 0 } values
                    ? string.Join(", ", values.Select(value => $"{value.Key}={value.Value}"))
                    : null));
            if (version.Rules.Count > 0)
            {
                output.WriteLine();
                output.WriteTable(
                    ["RULE", "KEY", "APP", "WHY"],
                    version.Rules.Select(rule => new[] { rule.Rule, rule.Key, rule.App ?? "", rule.Reason }));
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

    private static string Outcome(string outcome) => outcome switch
    {
        "Found" => "answered",
        "NotFound" => "404, no rule matches the path",
        "MethodNotAllowed" => "405, no rule that matches the path has the method",
        "Redirect" => "308, a rule matches the path with its double slashes merged",
        _ => "unknown, the version is not kept any more",
    };
}
