using EndpointSync.Tests.Torture.Checking.Rules;
using EndpointSync.Tests.Torture.Histories;

namespace EndpointSync.Tests.Torture.Checking;

/// <summary>
/// Says which promises a history breaks. It reads nothing else, so a history that was kept is checked again with the
/// same result.
/// </summary>
internal static class Checker
{
    /// <summary>Every rule, the plainest first.</summary>
    public static readonly IReadOnlyList<IRule> Rules =
    [
        new VersionsRule(),
        new AnswersRule(),
        new AvailabilityRule(),
        new ReadYourWritesRule(),
        new LostEditsRule(),
        new UnaskedRule(),
        new FlagsRule(),
        new OneWriterRule(),
        new ReceiptsRule(),
        new AuditRule(),
        new ConflictsRule(),
        new ForeignWritersRule(),
        new ConvergenceRule(),
    ];

    public static IReadOnlyList<Violation> Check(IEnumerable<Entry> entries) => Check(entries, Rules);

    /// <summary>The same while the run goes on. The audit is read at its end only.</summary>
    public static IReadOnlyList<Violation> CheckSoFar(IEnumerable<Entry> entries) =>
        Check(entries, Rules.Where(rule => rule is not AuditRule));

    private static IReadOnlyList<Violation> Check(IEnumerable<Entry> entries, IEnumerable<IRule> rules)
    {
        var history = new History(entries);
        return [.. rules.SelectMany(rule => rule.Check(history))];
    }
}
