using System.CommandLine;
using System.Text.Json;
using EndpointSync.Cli.Api;
using EndpointSync.Cli.Output;
using EndpointSync.Cli.Texts;
using EndpointSync.Core;
using EndpointSync.Wire;

namespace EndpointSync.Cli.Commands;

/// <summary><c>endpointsync doctor</c>: what is not as it should be, and the cure.</summary>
internal static class DoctorCommand
{
    private const string Error = "Error";
    private const string Warning = "Warning";
    private const string Notice = "Notice";

    // A pin is for an incident; after that it is mostly forgotten.
    private static readonly TimeSpan LongPin = TimeSpan.FromDays(1);

    // Far longer than a silo that lives takes.
    private static readonly TimeSpan LongestExam = TimeSpan.FromSeconds(10);

    private static readonly Listing<SeenFinding> Listing = new(
        seen => seen.Finding.Check,
        new("LEVEL", seen => new Cell(seen.Finding.Level.ToLowerInvariant(), ToneOf(seen.Finding.Level))),
        new("CHECK", seen => seen.Finding.Check),
        new("SUBJECT", seen => seen.Finding.Subject ?? "cluster"),
        new("SEEN BY", seen => string.Join(", ", seen.Silos), IsWide: true),
        new("MEANING", seen => seen.Finding.Meaning),
        new("CURE", seen => seen.Finding.Cure ?? ""));

    public static Command Create()
    {
        var command = new Command(
            "doctor",
            "Asks every silo what is not as it should be, in itself and in the databases, and shows the cures.");
        Session.SetAction(command, RunAsync, isList: true);
        return command;
    }

    private static async Task<int> RunAsync(Session session, ParseResult parsed)
    {
        var first = await session.AskAsync(Operations.Doctor.At([]));
        if (!first.IsSuccess)
        {
            return session.Refuse(first);
        }

        var reports = new List<DoctorReport> { first.Read<DoctorReport>() };
        var unasked = new List<Finding>();
        foreach (var silo in await OthersAsync(session))
        {
            if (await TryAskAsync(session, silo) is not { } report)
            {
                unasked.Add(new Finding(
                    Notice, "reach", silo.Authority, "This silo was not asked: no answer from here to its address.",
                    $"endpointsync doctor --server {silo}"));
            }
            else if (reports.TrueForAll(known => known.Silo != report.Silo))
            {
                reports.Add(report);
            }
        }

        return Print(session, reports, [.. unasked, .. await PinsAsync(session)]);
    }

    private static async Task<List<Finding>> PinsAsync(Session session)
    {
        var findings = new List<Finding>();
        var names = await session.AskAsync(Operations.Registries.At([]));
        foreach (var name in names.IsSuccess ? names.Read<IReadOnlyList<string>>() : [])
        {
            var status = await session.AskAsync(Operations.Status.At([name]));
            if (status.IsSuccess && status.Read<RegistryStatus>().Pin is { } pin)
            {
                findings.Add(new Finding(
                    TimeProvider.System.GetUtcNow() - pin.At > LongPin ? Warning : Notice, "pin", name,
                    $"Pinned {PinText.Line(pin).Text}.", $"endpointsync unpin {name}"));
            }
        }

        return findings;
    }

    // Silos look at the same databases, so several may find the same.
    private static int Print(Session session, List<DoctorReport> reports, IEnumerable<Finding> unasked)
    {
        var findings = reports
            .SelectMany(report => report.Findings.Select(finding => (Finding: finding, report.Silo)))
            .Concat(unasked.Select(finding => (Finding: finding, Silo: "this command")))
            .GroupBy(one => one.Finding, one => one.Silo)
            .Select(group => new SeenFinding(group.Key, [.. group]))
            .OrderBy(seen => ExitCodeOf(seen.Finding.Level) == ExitCode.Success ? 0 : -ExitCodeOf(seen.Finding.Level))
            .ToList();
        if (session.Format == OutputFormat.Json)
        {
            reports.ForEach(report => session.Output.WriteLine(JsonSerializer.Serialize(
                report, ApiJson.Default.DoctorReport)));
        }
        else if (session.Format == OutputFormat.Name)
        {
            session.Print(Listing, findings);
        }
        else
        {
            PrintTable(session, reports, findings);
        }

        return findings.Select(seen => ExitCodeOf(seen.Finding.Level)).DefaultIfEmpty(ExitCode.Success).Max();
    }

    private static void PrintTable(Session session, List<DoctorReport> reports, List<SeenFinding> findings)
    {
        var silos = string.Join(", ", reports.Select(one => one.Silo));
        var checks = string.Join(", ", reports.SelectMany(report => report.Checks).Distinct());
        session.Report.Line($"{Columns.Count(reports.Count, "silo")} asked ({silos}): {checks}");
        session.Report.Line();
        if (findings.Count == 0)
        {
            session.Report.Line(new Cell("Nothing to report.", Tone.Good));
            return;
        }

        foreach (var seen in findings)
        {
            var level = seen.Finding.Level;
            session.Report.Line(new Cell(
                $"{level.ToLowerInvariant()}: {seen.Finding.Check} of {seen.Finding.Subject ?? "the cluster"}",
                ToneOf(level)));
            session.Report.Line($"  {seen.Finding.Meaning}");
            if (seen.Finding.Cure is { } cure)
            {
                session.Report.Line($"  Cure: {cure}");
            }

            if (session.Format == OutputFormat.Wide)
            {
                session.Report.Line($"  Seen by: {string.Join(", ", seen.Silos)}");
            }

            session.Report.Line();
        }
    }

    private static async Task<IReadOnlyList<Uri>> OthersAsync(Session session)
    {
        var answer = await session.AskAsync(Operations.Gateways.At([]));
        var silos = new SiloList([session.Api.Server.AbsoluteUri]);
        if (answer.IsSuccess)
        {
            silos.Learn(answer.Read<GatewayList>().Silos, session.Api.Server);
        }

        return [.. silos.FromCurrent().Where(silo => silo != SiloList.UrlOf(session.Api.Server.AbsoluteUri))];
    }

    private static async Task<DoctorReport?> TryAskAsync(Session session, Uri silo)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(session.CancellationToken);
        deadline.CancelAfter(LongestExam);
        try
        {
            using var other = session.Api.At(silo);
            var answer = await other.SendAsync(Operations.Doctor.At([]), deadline.Token);
            return answer.IsSuccess ? answer.Read<DoctorReport>() : null;
        }
        catch (Exception failure) when (
            failure is UnreachableException
            || (failure is OperationCanceledException && !session.CancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }

    private static int ExitCodeOf(string level) => level switch
    {
        Error => ExitCode.FoundError,
        Warning => ExitCode.FoundWarning,
        _ => ExitCode.Success,
    };

    private static Tone ToneOf(string level) => level switch
    {
        Error => Tone.Bad,
        Warning => Tone.Warning,
        _ => Tone.None,
    };

    private sealed record SeenFinding(Finding Finding, IReadOnlyList<string> Silos);
}
