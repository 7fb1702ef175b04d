using System.CommandLine;
using System.Globalization;
using EndpointSync.Cli.Api;
using EndpointSync.Cli.Output;

namespace EndpointSync.Cli.Commands;

/// <summary><c>endpointsync audit</c>: who changed what.</summary>
internal static class AuditCommand
{
    private const string GrainClient = "client";

    private static readonly Listing<AuditEntry> Listing = new(
        entry => Columns.Text(entry.Id),
        new("ID", entry => Columns.Text(entry.Id)),
        new("WHEN", entry => Columns.Text(entry.OccurredAt)),
        new("WHO", entry => entry.Principal),
        new("ROLE", entry => entry.Role ?? ""),
        new("FROM", entry => entry.Address ?? (entry.Role == GrainClient ? "" : "socket")),
        new("SILO", entry => entry.Silo, IsWide: true),
        new("REQUEST", entry => entry.RequestId ?? "", IsWide: true),
        new("OPERATION", entry => entry.Operation),
        new("REGISTRY", entry => entry.Registry ?? ""),
        new("TARGET", entry => entry.Target ?? ""),
        new("TIMES", entry => Columns.Text(entry.Count), IsNumber: true),
        new("VERSION", entry => Columns.Text(entry.Version), IsNumber: true),
        new("OUTCOME", entry => Outcome(entry)));

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
        Session.SetAction(
            command, (session, parsed) => session.ListAsync(new ListCommand<AuditPage, AuditEntry>(
                (_, _) => Operations.Audit.At(
                    [],
                    ("registry", parsed.GetValue(registry)), ("principal", parsed.GetValue(principal)),
                    ("operation", parsed.GetValue(operation)), ("outcome", parsed.GetValue(outcome)),
                    ("since", Text(parsed.GetValue(since))), ("until", Text(parsed.GetValue(until))),
                    ("before", Columns.Text(parsed.GetValue(before))),
                    ("limit", Columns.Text(parsed.GetValue(limit)))),
                page => page.Entries, Listing)
            {
                Below = More,
            }),
            isList: true);
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

    private static void More(Report report, AuditPage page)
    {
        if (page.Next is { } next)
        {
            report.Line();
            report.Line($"There are more: --before {Columns.Text(next)}");
        }
    }

    private static Cell Outcome(AuditEntry entry)
    {
        var outcome = entry.Outcome.ToLowerInvariant();
        return new Cell(
            entry.Detail is null ? outcome : $"{outcome}: {entry.Detail}",
            outcome is "refused" or "failed" ? Tone.Bad : Tone.None);
    }
}
