using System.CommandLine;
using System.Globalization;

namespace EndpointSync.Cli.Commands;

/// <summary><c>endpointsync audit</c>: who changed what.</summary>
internal static class AuditCommand
{
    private const string Audit = "api/v1/audit";
    private const string GrainClient = "client";

    public static Command Create()
    {
        var registry = Filter("--registry", "Only of this registry.", "name");
        var principal = Filter("--principal", "Only by this caller, such as settings:admin.", "name");
        var operation = Filter("--operation", "Only of this operation, such as changeEndpoint.", "name");
        var outcome = Filter("--outcome", "Only with this outcome: begun, done, refused or failed.", "outcome");
        var since = Time("--since", "Only from this time on, such as 2026-11-23T17:00Z.");
        var until = Time("--until", "Only before this time.");
        var before = new Option<long?>("--before") { Description = "The page before this id.", HelpName = "id" };
        var limit = new Option<int?>("--limit")
        {
            Description = "At most this many, 1 to 1000. Default: 100.",
            HelpName = "number",
        };
        var command = new Command("audit", "Shows who changed what over the HTTP API or by grain, newest first.")
        {
            registry, principal, operation, outcome, since, until, before, limit,
        };
        Session.SetAction(command, async (session, parsed) => session.Show<AuditPage>(
            await session.AskAsync(HttpMethod.Get, Audit + SiloApi.Query(
                ("registry", parsed.GetValue(registry)), ("principal", parsed.GetValue(principal)),
                ("operation", parsed.GetValue(operation)), ("outcome", parsed.GetValue(outcome)),
                ("since", Text(parsed.GetValue(since))), ("until", Text(parsed.GetValue(until))),
                ("before", Columns.Text(parsed.GetValue(before))), ("limit", Columns.Text(parsed.GetValue(limit))))),
            Print));
        return command;
    }

    private static Option<string?> Filter(string name, string description, string helpName) =>
        new(name) { Description = description, HelpName = helpName };

    private static Option<DateTimeOffset?> Time(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "time",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (DateTimeOffset.TryParse(
                text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
            {
                return time;
            }

            result.AddError($"{name} '{text}' is not a time: write it like 2026-11-23T17:00Z.");
            return null;
        },
    };

    private static string? Text(DateTimeOffset? time) =>
        time?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);

    private static void Print(TextWriter output, AuditPage page)
    {
        output.WriteTable(
            ["ID", "WHEN", "WHO", "ROLE", "FROM", "OPERATION", "REGISTRY", "TARGET", "TIMES", "VERSION", "OUTCOME"],
            page.Entries.Select(Row));
        if (page.Next is { } next)
        {
            output.WriteLine();
            output.WriteLine($"There are more: --before {Columns.Text(next)}");
        }
    }

    private static string[] Row(AuditEntry entry) =>
    [
        Columns.Text(entry.Id), Columns.Text(entry.OccurredAt), entry.Principal, entry.Role ?? "",
        entry.Address ?? (entry.Role == GrainClient ? "" : "socket"),
        entry.Operation, entry.Registry ?? "", entry.Target ?? "",
        Columns.Text(entry.Count), Columns.Text(entry.Version) ?? "", Outcome(entry),
    ];

    private static string Outcome(AuditEntry entry)
    {
        var outcome = entry.Outcome.ToString().ToLowerInvariant();
        return entry.Detail is null ? outcome : $"{outcome}: {entry.Detail}";
    }
}
