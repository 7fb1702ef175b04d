using System.Globalization;
using EndpointSync.Tests.Torture.Histories;
using EndpointSync.Tests.Torture.Schedules;
using EndpointSync.Tests.Torture.Subjects;
using EndpointSync.Tools.Postgres;

namespace EndpointSync.Tests.Torture;

/// <summary>Prepares a run's folder, schedule and subject, and reports what came of it.</summary>
internal static class TortureSession
{
    /// <returns>The exit code: 1 if a promise was broken.</returns>
    public static async Task<int> RunAsync(TortureArguments arguments)
    {
        var (run, schedule) = arguments.Replay is { } file ? Kept(file) : Planned(arguments);
        var folder = Folder(run);
        using var recorder = new Recorder(Path.Combine(folder, "history.jsonl"));
        recorder.Add(run);
        foreach (var step in schedule)
        {
            recorder.Add(step);
        }

        Console.WriteLine($"{run.Subject}, seed {run.Seed}, {run.Minutes} min; the history is {recorder.Path}");
        arguments = arguments with { Seed = run.Seed, Minutes = run.Minutes };
        await using var subject = await StartAsync(run, schedule, recorder, folder);
        using var attack = new TortureRun(arguments, subject, recorder, schedule);
        var violations = await attack.RunAsync(
            () => subject is SiloFleet fleet ? fleet.StartWorkersAsync(CancellationToken.None) : Task.CompletedTask);
        Console.WriteLine(Report.Of(recorder.Entries, violations));
        return violations.Count == 0 ? 0 : 1;
    }

    private static (RunStarted Run, IReadOnlyList<Planned> Schedule) Planned(TortureArguments arguments) => (
        new RunStarted(arguments.IsUpstream ? "upstream" : "endpointsync", arguments.Seed, arguments.Minutes),
        Schedule.Plan(arguments.Seed, arguments.Minutes, arguments.Faults));

    private static (RunStarted Run, IReadOnlyList<Planned> Schedule) Kept(string file)
    {
        var entries = HistoryFile.ReadAll(file).TakeWhile(entry => entry is RunStarted or Histories.Planned).ToList();
        return (entries.OfType<RunStarted>().Single(), [.. entries.OfType<Planned>()]);
    }

    private static async Task<ISubject> StartAsync(
        RunStarted run, IReadOnlyList<Planned> schedule, Recorder recorder, string folder)
    {
        var promotes = schedule.Any(step => step.What.StartsWith("promote", StringComparison.Ordinal));
        return run.Subject == "upstream"
            ? await OdooFleet.StartAsync(recorder)
            : await SiloFleet.StartAsync(recorder, folder, promotes, CancellationToken.None);
    }

    private static string Folder(RunStarted run)
    {
        var root = RepositoryRoot.Find(AppContext.BaseDirectory) ?? Directory.GetCurrentDirectory();
        var name = string.Create(
            CultureInfo.InvariantCulture,
            $"{TimeProvider.System.GetLocalNow():yyyyMMdd-HHmmss}-{run.Subject}-{run.Seed}");
        return Directory.CreateDirectory(Path.Combine(root, ".data", "torture", name)).FullName;
    }
}
