using EndpointSync.Bench.Budgets;

namespace EndpointSync.Bench.Model;

/// <summary>One run of one comparison, and what it found.</summary>
/// <param name="isQuick">Whether small sizes suffice.</param>
internal sealed class BenchRun(bool isQuick)
{
    private readonly List<Case> _cases = [];
    private readonly List<Budget> _budgets = [];

    public bool IsQuick { get; } = isQuick;

    public IReadOnlyList<Case> Cases => _cases;

    public IReadOnlyList<Budget> Budgets => _budgets;

    /// <summary>One value for a run in full, another for a quick one.</summary>
    public T Sized<T>(T full, T quick) => IsQuick ? quick : full;

    /// <summary>Begins a case that has a name only.</summary>
    public Case Case(string name) => Add(new Case(name, null));

    /// <summary>
    /// Begins a case that has a number, such as that of its callers; <see cref="IComparison.Axis"/> names what it
    /// counts.
    /// </summary>
    public Case Case(int number) => Add(new Case(FormattableString.Invariant($"{number:N0}"), number));

    /// <summary>Adds a budget, which is checked when the run has ended.</summary>
    public void Expect(Budget budget) => _budgets.Add(budget);

    private Case Add(Case added)
    {
        _cases.Add(added);
        return added;
    }
}
