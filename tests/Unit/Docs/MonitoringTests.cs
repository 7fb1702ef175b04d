using System.Text.Json;
using System.Text.RegularExpressions;
using EndpointSync.Core;
using EndpointSync.Tools.Postgres;

namespace EndpointSync.Tests.Unit.Docs;

/// <summary>
/// The dashboard, the alert rules and the runbooks: they ask for metrics that there are, and each alert has its page.
/// </summary>
public sealed partial class MonitoringTests
{
    private static readonly string Root = RepositoryRoot.Find(AppContext.BaseDirectory)!;
    private static readonly string Rules = Read("deploy", "prometheus", "endpointsync.rules.yml");
    private static readonly string Dashboard = Read("deploy", "grafana", "endpointsync.json");

    private static readonly string[] OfHistogram = ["_bucket", "_count", "_sum"];

    [Fact]
    public void The_one_table_of_names_and_the_page_agree()
    {
        var page = Row().Matches(Read("docs", "reference", "telemetry.md")).Select(row => row.Groups[1].Value);
        var names = typeof(TelemetryNames).GetFields().Where(field => field.IsLiteral)
            .Select(field => (field.Name, Value: (string)field.GetRawConstantValue()!))
            .SkipWhile(field => field.Name != nameof(TelemetryNames.Reloads))
            .TakeWhile(field => field.Name != nameof(TelemetryNames.Registry))
            .Select(field => field.Value);

        Assert.Equal(names.Order(StringComparer.Ordinal), page.Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("rules")]
    [InlineData("dashboard")]
    public void Every_metric_that_is_asked_for_is_one_of_the_page(string file)
    {
        var known = Row().Matches(Read("docs", "reference", "telemetry.md"))
            .SelectMany(row => row.Groups[3].Value == "histogram"
                ? OfHistogram.Select(suffix => row.Groups[2].Value + suffix)
                : [row.Groups[2].Value])
            .Concat(["endpointsync_registry", "endpointsync_outcome", "endpointsync_reason", "endpointsync_locked"])
            .Concat(["endpointsync_change", "endpointsync_waited_for"])
            .ToHashSet(StringComparer.Ordinal);

        var asked = Metric().Matches(file == "rules" ? Rules : Dashboard).Select(match => match.Value).ToList();

        Assert.True(asked.Count > 20, $"only {asked.Count} metrics in the {file}");
        Assert.Empty(asked.Except(known));
    }

    [Fact]
    public void Each_alert_has_a_runbook_and_each_runbook_an_alert()
    {
        var alerts = Alert().Matches(Rules).Select(match => (Name: match.Groups[1].Value, Page: match.Groups[2].Value));
        var pages = Directory.EnumerateFiles(Path.Combine(Root, "docs", "runbooks"), "*.md").Select(file => (
            Name: File.ReadLines(file).First()["# ".Length..], Page: $"docs/runbooks/{Path.GetFileName(file)}"));

        Assert.NotEmpty(alerts);
        Assert.Equal(alerts.Order(), pages.Order());
        Assert.Equal(alerts.Count(), Rules.Split("- alert: ").Length - 1);
    }

    [Fact]
    public void Each_runbook_says_what_it_means_what_users_see_what_to_look_at_and_how_to_mend_it()
    {
        string[] sections = ["What it means", "What users see", "What to look at", "How to mend it"];

        Assert.All(
            Directory.EnumerateFiles(Path.Combine(Root, "docs", "runbooks"), "*.md"),
            file => Assert.Equal(
                sections,
                File.ReadLines(file).Where(line => line.StartsWith("## ", StringComparison.Ordinal))
                    .Select(line => line[3..])));
    }

    [Fact]
    public void Each_panel_of_the_dashboard_has_a_place_of_its_own_a_query_and_an_explanation()
    {
        using var dashboard = JsonDocument.Parse(Dashboard);
        var panels = dashboard.RootElement.GetProperty("panels").EnumerateArray().ToList();

        Assert.Equal(panels.Count, panels.Select(panel => panel.GetProperty("id").GetInt32()).Distinct().Count());
        Assert.All(
            panels.Where(panel => panel.GetProperty("type").GetString() != "row"),
            panel =>
            {
                Assert.NotEmpty(panel.GetProperty("description").GetString()!);
                Assert.NotEmpty(panel.GetProperty("targets").EnumerateArray());
                Assert.Equal("${datasource}", panel.GetProperty("datasource").GetProperty("uid").GetString());
            });
        Assert.Empty(
            from one in panels
            from other in panels
            where one.GetProperty("id").GetInt32() < other.GetProperty("id").GetInt32() && Overlap(one, other)
            select (one.GetProperty("title").GetString(), other.GetProperty("title").GetString()));
    }

    private static bool Overlap(JsonElement one, JsonElement other)
    {
        var (first, second) = (one.GetProperty("gridPos"), other.GetProperty("gridPos"));
        return Meet(first, second, "x", "w") && Meet(first, second, "y", "h");
    }

    private static bool Meet(JsonElement first, JsonElement second, string start, string length)
    {
        var (one, other) = (first.GetProperty(start).GetInt32(), second.GetProperty(start).GetInt32());
        return one < other + second.GetProperty(length).GetInt32()
            && other < one + first.GetProperty(length).GetInt32();
    }

    private static string Read(params string[] path) => File.ReadAllText(Path.Combine([Root, .. path]));

    [GeneratedRegex(
        @"^\| `(endpointsync\.[a-z._]+)` \| `(endpointsync_[a-z_]+)` \| (\w+) \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"endpointsync_[a-z_]+")]
    private static partial Regex Metric();

    [GeneratedRegex(@"- alert: (\w+)(?:(?!- alert).)*?runbook_url: (\S+)", RegexOptions.Singleline)]
    private static partial Regex Alert();
}
