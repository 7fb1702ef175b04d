using System.Collections.Concurrent;
using EndpointSync.Core;
using EndpointSync.Grains.Telemetry;
using EndpointSync.Wire;

namespace EndpointSync.Grains.Publishing;

/// <summary>
/// Asks every active silo which versions its subscribers serve. Each round lists the subscribers anew, so a wait
/// notices a silo that dies, a lease that ends, and a worker that moves to another silo. Waits with the same question
/// share their rounds.
/// </summary>
internal sealed class ConvergenceWatch(
    RouteTableClient silos, ILocalSiloDetails self, SiloDrain drain, SyncTelemetry telemetry,
    TimeProvider clock)
{
    // How long a silo waits for its own subscribers before it answers. A change of the list is noticed at most this
    // much later.
    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(250);

    // How long the request and the answer may take on top of it.
    private static readonly TimeSpan RoundTrip = TimeSpan.FromSeconds(1);

    // Between two rounds, because some silos answer at once without serving: above all those that cannot be reached.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private const string RestartProblem =
        "every silo started less than a lease ago, so they may not have come back yet";

    private readonly ConcurrentDictionary<Question, RequestCoalescer<List<Subscriber>>> _rounds = new();

    /// <summary>Waits until all requested subscribers serve a version, the timeout ends, or this silo stops.</summary>
    public async Task<Convergence> WaitAsync(
        string registry, RouteVersion version, WaitFor waitFor, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var started = clock.GetTimestamp();
        var stopping = drain.Ended;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopping);
        List<Subscriber> subscribers = [];
        while (true)
        {
            var answers = RoundAsync(new Question(registry, version, waitFor));
            await ((Task)answers).WaitAsync(ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
            subscribers = answers.IsCompletedSuccessfully ? await answers : subscribers;
            var elapsed = clock.GetElapsedTime(started);
            if (elapsed >= timeout
                || stopping.IsCancellationRequested
                || (answers.IsCompletedSuccessfully && AllServe(subscribers, version)))
            {
                var convergence = Report(version, waitFor, elapsed, subscribers);
                telemetry.Record(registry, convergence);
                return convergence;
            }

            await Task.Delay(Pause, clock, ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>All subscribers to a registry's versions.</summary>
    public async Task<SubscriberList> ListAsync(string registry)
    {
        var subscribers = await AskAllAsync(new Question(registry, RouteVersion.None, WaitFor.Workers));
        var newest = subscribers.Select(subscriber => subscriber.Version).DefaultIfEmpty().Max();
        return new SubscriberList(newest, Lagging(subscribers, newest));
    }

    // While a silo starts or stops, its list of active silos is empty. An empty list does not mean that all serve.
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
            Silos = subscribers.Count(
                subscriber => subscriber.Kind == SubscriberKind.Silo && subscriber.Serves(version)),
            Workers = subscribers.Count(
                subscriber => subscriber.Kind == SubscriberKind.Worker && subscriber.Serves(version)),
            Missing = missing.Count == 0 && !AllServe(subscribers, version)
                ? [NotServing(self.Name, self.SiloAddress, "it knows of no active silo")]
                : missing,
        };
    }

    private static List<Subscriber> Lagging(IEnumerable<Subscriber> subscribers, RouteVersion newest) =>
    [
        .. subscribers.Select(
            subscriber => subscriber with { Lag = Math.Max(0, newest.Value - subscriber.Version.Value) })
            .OrderBy(subscriber => subscriber.Kind).ThenBy(subscriber => subscriber.Name, StringComparer.Ordinal),
    ];

    private async Task<List<Subscriber>> RoundAsync(Question question)
    {
        var rounds = _rounds.GetOrAdd(
            question, asked => new RequestCoalescer<List<Subscriber>>(() => AskAllAsync(asked)));
        try
        {
            return await rounds.JoinNextAsync(CancellationToken.None);
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
        var known = asked.Zip(reports)
            .SelectMany(
                pair => pair.Second.Subscribers.Select(
                    subscriber => (Subscriber: subscriber, IsCopy: subscriber.Silo != pair.First.Name)))
            .GroupBy(entry => entry.Subscriber.Id, entry => entry, (_, entries) => Newest(entries));
        return question.WaitFor == WaitFor.Workers
            && question.Version > RouteVersion.None
            && !reports.Any(report => report.IsComplete)
            ? [.. known, NotServing("workers of former silos", null, RestartProblem)]
            : [.. known];
    }

    // When a worker moved to another silo, the most recent report counts. A copy is older than its age shows: add its
    // way here, and the round that the worker's own silo may have waited.
    private static Subscriber Newest(IEnumerable<(Subscriber Subscriber, bool IsCopy)> entries) =>
        entries.MinBy(
            entry => entry.Subscriber.SilentFor + (entry.IsCopy ? Round + RoundTrip : TimeSpan.Zero)).Subscriber;

    private async Task<SiloReport> AskAsync(ClusterMember silo, Question question)
    {
        var timeout = question.Version == RouteVersion.None ? TimeSpan.Zero : Round;
        try
        {
            return await silos.On(silo.SiloAddress)
                .SubscribersAsync(question.Registry, question.Version, question.WaitFor, timeout)
                .WaitAsync(timeout + RoundTrip, clock);
        }
        catch (Exception failure)
        {
            var problem = failure is TimeoutException ? "it does not answer" : failure.Message;
            return new SiloReport([NotServing(silo.Name, silo.SiloAddress, problem)], IsComplete: false);
        }
    }

    private static Subscriber NotServing(string name, SiloAddress? silo, string problem) => new()
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
