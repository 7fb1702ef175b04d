using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;

namespace EndpointSync.Grains.Publishing;

/// <summary>
/// Asks every active silo who serves what. Who has to serve a version is looked up anew in each round, so a silo that dies, a worker whose lease
/// ends and one that moves to another silo are noticed while somebody waits. All who wait here for the same share their rounds.
/// </summary>
internal sealed class ConvergenceWatch(RouteTableClient silos, ILocalSiloDetails self, IHostApplicationLifetime lifetime, TimeProvider clock)
{
    // How long a silo waits for its own subscribers before it answers, and so how late a change of the list may be noticed.
    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(250);

    // What the way there and back may take on top of it.
    private static readonly TimeSpan Way = TimeSpan.FromSeconds(1);

    // Between two rounds, for silos that answer at once without serving: those that cannot be reached, above all.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly ConcurrentDictionary<Question, Flights<List<Subscriber>>> _rounds = new();

    /// <summary>Waits until everybody asked for serves a version, the time is over, or this silo stops.</summary>
    public async Task<Convergence> WaitAsync(
        string registry, RouteVersion version, WaitFor waitFor, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        var stopping = lifetime.ApplicationStopping;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopping);
        List<Subscriber> subscribers = [];
        while (true)
        {
            var answers = RoundAsync(new Question(registry, version, waitFor));
            await ((Task)answers).WaitAsync(ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
            subscribers = answers.IsCompletedSuccessfully ? await answers : subscribers;
            var elapsed = clock.GetElapsedTime(started);
            if (elapsed >= timeout || stopping.IsCancellationRequested || (answers.IsCompletedSuccessfully && AllServe(subscribers, version)))
            {
                return Report(version, waitFor, elapsed, subscribers);
            }

            await Task.Delay(Pause, clock, ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Everybody who is told of a registry's versions.</summary>
    public async Task<SubscriberList> ListAsync(string registry)
    {
        var subscribers = await AskAllAsync(new Question(registry, RouteVersion.None, WaitFor.Workers));
        var newest = subscribers.Select(subscriber => subscriber.Version).DefaultIfEmpty().Max();
        return new SubscriberList(newest, Lagging(subscribers, newest));
    }

    // While a silo starts or stops, its list of active silos is empty; that nobody is there is not that all serve.
    private static bool AllServe(List<Subscriber> subscribers, RouteVersion version) =>
        subscribers.Count > 0 && subscribers.All(subscriber => subscriber.Serves(version));

    private Convergence Report(RouteVersion version, WaitFor waitFor, TimeSpan elapsed, List<Subscriber> subscribers)
    {
        var missing = Lagging(subscribers.Where(subscriber => !subscriber.Serves(version)), version);
        return new Convergence
        {
            Version = version,
            WaitedFor = waitFor,
            Elapsed = elapsed,
            Silos = subscribers.Count(subscriber => subscriber.Kind == SubscriberKind.Silo && subscriber.Serves(version)),
            Workers = subscribers.Count(subscriber => subscriber.Kind == SubscriberKind.Worker && subscriber.Serves(version)),
            Missing = missing.Count == 0 && !AllServe(subscribers, version) ? [Nobody(self.Name, self.SiloAddress, "it knows of no active silo")] : missing,
        };
    }

    private static List<Subscriber> Lagging(IEnumerable<Subscriber> subscribers, RouteVersion newest) =>
    [
        .. subscribers.Select(subscriber => subscriber with { Lag = Math.Max(0, newest.Value - subscriber.Version.Value) })
            .OrderBy(subscriber => subscriber.Kind).ThenBy(subscriber => subscriber.Name, StringComparer.Ordinal),
    ];

    private async Task<List<Subscriber>> RoundAsync(Question question)
    {
        var rounds = _rounds.GetOrAdd(question, asked => new Flights<List<Subscriber>>(_ => AskAllAsync(asked)));
        try
        {
            return await rounds.JoinAsync(callers: 1, CancellationToken.None);
        }
        finally
        {
            if (rounds.Idle.IsCompleted)
            {
                _rounds.TryRemove(KeyValuePair.Create(question, rounds));
            }
        }
    }

    private async Task<List<Subscriber>> AskAllAsync(Question question)
    {
        var asked = silos.ActiveSilos.ToList();
        var reports = await Task.WhenAll(asked.Select(silo => AskAsync(silo, question)));
        var heard = asked.Zip(reports)
            .SelectMany(pair => pair.Second.Subscribers.Select(subscriber => (Subscriber: subscriber, IsCopy: subscriber.Silo != pair.First.Name)))
            .GroupBy(said => said.Subscriber.Id, said => said, (_, said) => Newest(said));
        return question.WaitFor == WaitFor.Workers && question.Version > RouteVersion.None && !reports.Any(report => report.Settled)
            ? [.. heard, Nobody("workers of former silos", null, "every silo has started since their leases began, so they may not have come back yet")]
            : [.. heard];
    }

    // A worker that went over to another silo counts as the silo says that heard of it last. What others know of it by hearsay is older than it seems,
    // by its way and by a round that its own silo was given to wait.
    private static Subscriber Newest(IEnumerable<(Subscriber Subscriber, bool IsCopy)> said) =>
        said.MinBy(one => one.Subscriber.LastHeard + (one.IsCopy ? Round + Way : TimeSpan.Zero)).Subscriber;

    private async Task<SiloReport> AskAsync(ClusterMember silo, Question question)
    {
        var patience = question.Version == RouteVersion.None ? TimeSpan.Zero : Round;
        try
        {
            return await silos.On(silo.SiloAddress).SubscribersAsync(question.Registry, question.Version, question.WaitFor, patience).WaitAsync(patience + Way, clock);
        }
        catch (Exception failure)
        {
            return new SiloReport([Nobody(silo.Name, silo.SiloAddress, failure is TimeoutException ? "it does not answer" : failure.Message)], Settled: false);
        }
    }

    private static Subscriber Nobody(string name, SiloAddress? silo, string problem) => new()
    {
        Kind = silo is null ? SubscriberKind.Worker : SubscriberKind.Silo,
        Name = name,
        Id = silo?.ToParsableString() ?? name,
        Silo = silo is null ? "" : name,
        Version = RouteVersion.None,
        Since = default,
        Problem = problem,
    };

    private readonly record struct Question(string Registry, RouteVersion Version, WaitFor WaitFor);
}
