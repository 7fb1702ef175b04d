using EndpointSync.Tests.Torture.Actors;
using EndpointSync.Tests.Torture.Checking;
using EndpointSync.Tests.Torture.Checking.Rules;
using EndpointSync.Tests.Torture.Histories;
using EndpointSync.Tests.Torture.Schedules;
using EndpointSync.Tests.Torture.Subjects;
using Npgsql;

namespace EndpointSync.Tests.Torture;

/// <summary>One run: declare, attack, heal, wait for rest, read what is left, check.</summary>
internal sealed class TortureRun(
    TortureArguments arguments, ISubject subject, Recorder recorder, IReadOnlyList<Planned> schedule)
    : IDisposable
{
    private static readonly TimeSpan BetweenObservations = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan BetweenChecks = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(500);

    private readonly SlotBook _book = new();
    private readonly Database _database = new(subject.Server, recorder);
    private readonly CancellationTokenSource _end = new();
    private bool _isFound;

    /// <summary>Runs to the end, or until the first violation if that is asked for.</summary>
    /// <returns>The violations.</returns>
    public async Task<IReadOnlyList<Violation>> RunAsync(Func<Task> startWorkersAsync)
    {
        using var observing = new CancellationTokenSource();
        if (!await TryDeclareAsync())
        {
            return Checker.Check(recorder.Entries);
        }

        var observer = ObserveAsync(observing.Token);
        await startWorkersAsync();
        await AttackAsync();
        if (!_isFound)
        {
            await RestAsync();
            await AskEverythingAsync();
        }

        await observing.CancelAsync();
        await observer;
        await subject.ObserveAsync(CancellationToken.None);
        await subject.CollectAsync(CancellationToken.None);
        return Checker.Check(recorder.Entries);
    }

    public void Dispose() => _end.Dispose();

    // What cannot even begin does not converge either.
    private async Task<bool> TryDeclareAsync()
    {
        var start = recorder.Now;
        var editor = NewEditor("declarer");
        for (var slot = 0; slot < Slots.Count; slot++)
        {
            await editor.DeclareAsync(slot, CancellationToken.None);
        }

        var reload = await subject.ReloadAsync(silo: 0, "", CancellationToken.None);
        while (!reload.IsInSync && recorder.Now - start <= ConvergenceRule.Longest)
        {
            await Task.Delay(BetweenTries);
            reload = await subject.ReloadAsync(silo: 0, "", CancellationToken.None);
        }

        if (!reload.IsInSync)
        {
            recorder.Add(new Rest(IsReached: false, $"{reload.Outcome} {reload.Detail}")
            {
                Start = start,
                End = recorder.Now,
            });
        }

        return reload.IsInSync;
    }

    private async Task AttackAsync()
    {
        var begun = recorder.Now;
        var actors = schedule.GroupBy(step => step.Actor).Select(
            steps => ActAsync(ActorOf(steps.Key), [.. steps], begun)).ToList();
        using var loading = new CancellationTokenSource();
        var loads = Loads().Select(load => load.RunAsync(loading.Token)).ToList();
        var watch = arguments.StopsWhenFound ? WatchAsync() : Task.CompletedTask;
        await recorder.UntilAsync(begun + (arguments.Minutes * 60), _end.Token)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _end.CancelAsync();
        await Task.WhenAll(actors);
        await loading.CancelAsync();
        await Task.WhenAll([.. loads, watch]);
    }

    private async Task ActAsync(IActor actor, IReadOnlyList<Planned> steps, double begun)
    {
        foreach (var step in steps)
        {
            try
            {
                await recorder.UntilAsync(begun + step.At, _end.Token);
                _end.Token.ThrowIfCancellationRequested();
                // What is begun is seen to its end, so that its answer is known. Faults end with the run.
                await actor.DoAsync(step, actor is Nemesis ? _end.Token : CancellationToken.None);
            }
            catch (OperationCanceledException) when (_end.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private IActor ActorOf(string name) => name.Split('-') switch
    {
        [Schedule.Editor, _] => NewEditor(name),
        [Schedule.Odoo, var number] => new OdooWorker(name, int.Parse(number, null), _database, _book, recorder),
        [Schedule.Reloader, _] => new Reloader(subject, _book),
        [Schedule.Spoiler] => new Spoiler(_database),
        _ => new Nemesis(subject),
    };

    private Editor NewEditor(string name) => new(name, subject, _database, _book, recorder);

    private List<Load> Loads() => [.. Enumerable.Range(0, Schedule.Workers).Select(
        worker => new Load(subject, worker, arguments.Seed * 100, _book, recorder))];

    private async Task RestAsync()
    {
        var start = recorder.Now;
        string? due;
        do
        {
            due = await TryFindDueAsync();
            await Task.Delay(due is null ? TimeSpan.Zero : BetweenTries);
        }
        while (due is not null && recorder.Now - start <= ConvergenceRule.Longest);
        recorder.Add(new Rest(due is null, due ?? "") { Start = start, End = recorder.Now });
    }

    private async Task AskEverythingAsync()
    {
        foreach (var load in Loads())
        {
            await load.AskEverythingAsync(CancellationToken.None);
        }
    }

    private async Task<string?> TryFindDueAsync()
    {
        try
        {
            return await subject.FindDueAsync(CancellationToken.None);
        }
        catch (Exception away) when (away is NpgsqlException or IOException)
        {
            return away.Message;
        }
    }

    private async Task ObserveAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                await subject.ObserveAsync(cancellationToken);
            }
            catch (Exception away) when (away is NpgsqlException or IOException or ObjectDisposedException
                or InvalidOperationException or OperationCanceledException)
            {
                // The database is away; the next observation covers this time too.
            }

            await Task.Delay(BetweenObservations, CancellationToken.None);
        }
    }

    // What is under way may look wrong until it is recorded, so it counts if the next check finds it too.
    private async Task WatchAsync()
    {
        HashSet<(string, string)> before = [];
        while (!_end.IsCancellationRequested)
        {
            await Task.Delay(BetweenChecks, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            var found = Checker.CheckSoFar(recorder.Entries)
                .Select(violation => (violation.Rule, violation.Message)).ToHashSet();
            if (found.Overlaps(before))
            {
                _isFound = true;
                await _end.CancelAsync();
            }

            before = found;
        }
    }
}
