using System.CommandLine;
using EndpointSync.Cli.Api;
using EndpointSync.Cli.Options;
using EndpointSync.Cli.Output;
using EndpointSync.Cli.Texts;

namespace EndpointSync.Cli.Commands;

/// <summary><c>endpointsync plan</c>: what a reload would do now.</summary>
internal static class PlanCommand
{
    public static Command Create()
    {
        var registry = new RegistryArgument();
        var command = new Command("plan", "Shows what a reload would change now, and changes nothing.");
        registry.AddTo(command);
        Session.SetAction(
            command, (session, parsed) => session.ListAsync(new ListCommand<Plan, RouteDifference>(
                (_, cursor) => Operations.Plan.At([registry.Of(parsed, session.Connection)], ("cursor", cursor)),
                page => page.Changes, ChangeTable.Names)
            {
                Next = page => page.Next,
                Above = Print,
            }),
            isList: true);
        return command;
    }

    private static void Print(Report report, Plan plan, IReadOnlyList<RouteDifference> changes)
    {
        if (plan.Pin is not null)
        {
            report.Fields(("pinned", PinText.Line(plan.Pin)));
            report.Line($"A reload changes nothing. endpointsync unpin {plan.Registry} shows what waits.");
            return;
        }

        report.Line(
            $"Version {plan.Version}, next reload: {plan.Added} added, {plan.Changed} changed, {plan.Removed} removed");
        if (plan.Waiting > 0)
        {
            report.Line($"{Columns.Count(plan.Waiting, "endpoint")} would be left for later, with writers at work.");
        }

        if (plan.Problem is { } problem)
        {
            report.Line(new Cell($"It would be refused: {problem.Meaning} {problem.Detail}", Tone.Bad));
        }

        ChangeTable.PrintRows(report, changes);
        PrintQuarantine(report, plan);
    }

    private static void PrintQuarantine(Report report, Plan plan)
    {
        QuarantineTable.Print(report, plan.Quarantine);
        if (plan.QuarantineCount > plan.Quarantine.Count)
        {
            report.Line($"and {plan.QuarantineCount - plan.Quarantine.Count} more");
        }

        if (plan.ReleasedCount > 0)
        {
            report.Line();
            report.Line(
                $"Out of quarantine: {string.Join(", ", plan.Released)}"
                + (plan.ReleasedCount > plan.Released.Count
                    ? $" and {plan.ReleasedCount - plan.Released.Count} more"
                    : ""));
        }
    }
}
