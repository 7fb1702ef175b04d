using EndpointSync.Tests.Torture.Histories;

namespace EndpointSync.Tests.Torture.Schedules;

/// <summary>
/// What every actor does and when. It follows from a seed alone, so a seed gives the same operations and faults
/// again; how they interleave is up to the machine.
/// </summary>
internal static class Schedule
{
    public const int Silos = 3;
    public const int Workers = 3;
    public const int Editors = 3;
    public const int OdooWorkers = 2;
    public const int Reloaders = 2;

    /// <summary>The names of actors.</summary>
    public const string Editor = "editor", Odoo = "odoo", Spoiler = "spoiler", Reloader = "reloader",
        ProcessFaults = "nemesis of processes", SessionFaults = "nemesis of sessions", Promoter = "promoter";

    // In every twenty seconds nobody asks for a reload for six, so that edits wait.
    private const double Period = 20;
    private const double Quiet = 6;

    private static readonly string[] Edits =
    [
        "api path", "api path", "api app", "api archive", "api unlink",
        "sql path", "sql path", "sql app", "sql archive", "sql unlink",
    ];

    private static readonly string[] OdooSteps = ["form", "form", "open form", "button", "button", "sync", "upgrade"];

    private static readonly string[] Spoils = ["reroute", "delete", "routing", "odd row", "hash"];

    private static readonly string[] Waits = ["", "", "silos", "workers", "lock"];

    /// <summary>The steps in the order of their times.</summary>
    /// <param name="seed">Decides everything.</param>
    /// <param name="minutes">How long it lasts.</param>
    /// <param name="kinds">Which kinds of faults there are.</param>
    public static IReadOnlyList<Planned> Plan(int seed, double minutes, IReadOnlyCollection<string> kinds)
    {
        var random = new Random(seed);
        var length = minutes * 60;
        var steps = new List<Planned>();
        for (var editor = 0; editor < Editors; editor++)
        {
            var own = Slots.ShareOf(Slots.Edited, editor, Editors);
            steps.AddRange(Steps(random, $"{Editor}-{editor}", length, 0.9, Edits, () => Pick(random, own)));
        }

        for (var worker = 0; worker < OdooWorkers; worker++)
        {
            var own = Slots.ShareOf(Slots.OfOdoo, worker, OdooWorkers);
            steps.AddRange(Steps(random, $"{Odoo}-{worker}", length, 2, OdooSteps, () => Pick(random, own)));
        }

        steps.AddRange(Steps(random, Spoiler, length, 3, Spoils, () => Pick(random, Slots.Spoilt)));
        for (var reloader = 0; reloader < Reloaders; reloader++)
        {
            steps.AddRange(
                Steps(random, $"{Reloader}-{reloader}", length, 1, Waits, () => random.Next(Silos))
                    .Where(step => step.At % Period < Period - Quiet));
        }

        steps.AddRange(ProcessSteps(random, length, FaultKinds.Of(FaultKinds.OfProcesses, kinds)));
        steps.AddRange(SessionSteps(random, length, FaultKinds.Of(FaultKinds.OfSessions, kinds)));
        steps.AddRange(PromotionStep(random, length, FaultKinds.Of(FaultKinds.Once, kinds)));
        return [.. steps.OrderBy(step => step.At)];
    }

    private static IEnumerable<Planned> Steps(
        Random random, string actor, double length, double pause, string[] what, Func<int> target)
    {
        for (var at = random.NextDouble() * pause; at < length; at += (0.2 + (random.NextDouble() * 1.6)) * pause)
        {
            yield return Step(actor, at, Pick(random, what), target(), random.NextDouble() * 3);
        }
    }

    // One ends before the next begins. Most are short; now and then one lasts so long that leases end and the cluster
    // gives the silo up.
    private static IEnumerable<Planned> ProcessSteps(Random random, double length, string[] kinds)
    {
        for (var at = 4 + (random.NextDouble() * 3); at < length && kinds.Length > 0;)
        {
            var lasts = random.Next(6) == 0 ? 15 + (random.NextDouble() * 45) : 0.5 + (random.NextDouble() * 7);
            var step = Step(
                ProcessFaults, at, Pick(random, kinds), random.Next(Silos), Math.Min(lasts, length - at));
            at += step.Length + 3 + (random.NextDouble() * 5);
            yield return step;
        }
    }

    private static IEnumerable<Planned> SessionSteps(Random random, double length, string[] kinds)
    {
        for (var at = 2 + (random.NextDouble() * 3); at < length && kinds.Length > 0;)
        {
            var lasts = 0.2 + (random.NextDouble() * random.NextDouble() * 15);
            var step = Step(SessionFaults, at, Pick(random, kinds), random.Next(Silos), Math.Min(lasts, length - at));
            at += step.Length + 1 + (random.NextDouble() * 3);
            yield return step;
        }
    }

    private static IEnumerable<Planned> PromotionStep(Random random, double length, string[] kinds) =>
        kinds.Length == 0
            ? []
            : [Step(Promoter, length * 0.6, Pick(random, kinds), 0, 1 + (random.NextDouble() * 4))];

    private static Planned Step(string actor, double at, string what, int target, double length) =>
        new(actor, what, target, Math.Round(length, 2)) { Start = Math.Round(at, 2), End = Math.Round(at, 2) };

    private static T Pick<T>(Random random, IReadOnlyList<T> from) => from[random.Next(from.Count)];
}
