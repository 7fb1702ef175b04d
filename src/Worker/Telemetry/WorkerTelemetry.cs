using System.Diagnostics.Metrics;
using EndpointSync.Core;
using EndpointSync.Worker.Serving;

namespace EndpointSync.Worker.Telemetry;

/// <summary>
/// What the worker of one registry measures. Without a listener it costs next to nothing; the application chooses one.
/// </summary>
internal sealed class WorkerTelemetry
{
    private readonly KeyValuePair<string, object?> _registry;
    private readonly Counter<long> _questions;
    private readonly Counter<long> _guardQueries;
    private readonly Counter<long> _answers;
    private readonly Counter<long> _siloSwitches;
    private readonly Histogram<double> _swap;
    private readonly Histogram<double> _confirm;
    private readonly CurrentRoutes _current;
    private readonly WorkerState _state;

    public WorkerTelemetry(WorkerIdentity worker, CurrentRoutes current, WorkerState state, IMeterFactory meters)
    {
        (Worker, _current, _state) = (worker, current, state);
        _registry = Tag(TelemetryNames.Registry, worker.Registry);
        var meter = meters.Create(TelemetryNames.Source);
        var seconds = new InstrumentAdvice<double> { HistogramBucketBoundaries = TelemetryNames.Seconds };
        _questions = meter.CreateCounter<long>(
            TelemetryNames.WorkerQuestions, "{question}", "Questions for news, and whether there was any");
        _guardQueries = meter.CreateCounter<long>(
            TelemetryNames.WorkerGuardQueries, "{query}", "Questions for the newest version before a 404 or 405");
        _answers = meter.CreateCounter<long>(
            TelemetryNames.WorkerAnswers, "{request}", "Requests that the synced routes decided, and how they ended");
        _siloSwitches = meter.CreateCounter<long>(
            TelemetryNames.WorkerSiloSwitches, "{switch}", "How often the worker turned to another silo");
        _swap = meter.CreateHistogram(
            TelemetryNames.WorkerSwap, "s", "From a silo's answer with a newer table until requests see it",
            advice: seconds);
        _confirm = meter.CreateHistogram(
            TelemetryNames.WorkerConfirm, "s", "From then until the worker's request to itself was answered by it",
            advice: seconds);
        Observe(
            meter, TelemetryNames.WorkerVersion, "{version}", "The version that the worker has confirmed to serve",
            () => state.Confirmed.Value);
        Observe(
            meter, TelemetryNames.WorkerLag, "{version}", "How much larger the silo's newest version is", Lag);
        Observe(
            meter, TelemetryNames.WorkerSnapshot, "{worker}",
            "1 while the worker serves a snapshot that no silo has confirmed, otherwise 0",
            () => current.Routes is { FromSnapshot: true } ? 1 : 0);
        meter.CreateObservableGauge(
            TelemetryNames.WorkerTableAnswers, AnswersOfTables, "{request}",
            "Requests that the current table, and the one before it, have decided so far");
    }

    public WorkerIdentity Worker { get; }

    /// <summary>
    /// Begins the counters at 0 when the application has started, and so listens: a rate over a counter that appears
    /// with its first event does not see that event.
    /// </summary>
    public void Begin()
    {
        foreach (var outcome in Enum.GetNames<QuestionOutcome>())
        {
            _questions.Add(0, _registry, Tag(TelemetryNames.Outcome, outcome));
        }

        foreach (var outcome in Enum.GetNames<GuardOutcome>())
        {
            _guardQueries.Add(0, _registry, Tag(TelemetryNames.Outcome, outcome));
        }

        foreach (var kind in Enum.GetNames<AnswerKind>())
        {
            _answers.Add(0, _registry, Tag(TelemetryNames.Answer, kind));
        }

        _siloSwitches.Add(0, _registry);
    }

    public void Count(QuestionOutcome outcome) =>
        _questions.Add(1, _registry, Tag(TelemetryNames.Outcome, $"{outcome}"));

    public void Count(GuardOutcome outcome) =>
        _guardQueries.Add(1, _registry, Tag(TelemetryNames.Outcome, $"{outcome}"));

    public void CountSiloSwitch() => _siloSwitches.Add(1, _registry);

    public void RecordSwap(TimeSpan took) => _swap.Record(took.TotalSeconds, _registry);

    public void RecordConfirm(TimeSpan took) => _confirm.Record(took.TotalSeconds, _registry);

    /// <summary>Counts a request that has been answered.</summary>
    /// <param name="routes">The routes that decided it.</param>
    /// <param name="kind">How it ended.</param>
    /// <param name="status">The answer's status.</param>
    public void CountAnswer(ServedRoutes routes, AnswerKind kind, int status)
    {
        _answers.Add(1, _registry, Tag(TelemetryNames.Answer, NameOf(kind)));
        if (routes.Answers.Add(kind))
        {
            WorkerSpans.RecordFirstAnswer(Worker, routes, status);
        }
    }

    private long Lag() => Math.Max(0, _state.NewestSeen.Value - (_current.Routes?.Version.Value ?? 0));

    private void Observe(Meter meter, string name, string unit, string description, Func<long> value) =>
        meter.CreateObservableGauge(name, () => new Measurement<long>(value(), _registry), unit, description);

    private IEnumerable<Measurement<long>> AnswersOfTables() =>
        from table in new[] { ("current", _current.Routes), ("previous", _current.Previous) }
        where table.Item2 is not null
        from kind in Enum.GetValues<AnswerKind>()
        select new Measurement<long>(
            table.Item2!.Answers[kind], _registry, Tag(TelemetryNames.Table, table.Item1),
            Tag(TelemetryNames.Answer, NameOf(kind)));

    // Without an allocation: it is called for each request.
    private static string NameOf(AnswerKind kind) => kind switch
    {
        AnswerKind.Served => nameof(AnswerKind.Served),
        AnswerKind.Missed => nameof(AnswerKind.Missed),
        _ => nameof(AnswerKind.Failed),
    };

    private static KeyValuePair<string, object?> Tag(string name, object? value) => new(name, value);
}
