namespace EndpointSync.Bench.Model;

/// <summary>What was measured of one way to do something, in one case.</summary>
/// <param name="caseName">The case.</param>
/// <param name="name">What is done.</param>
/// <param name="role">What it stands for.</param>
internal sealed class Row(string caseName, string name, Role role)
{
    private readonly SortedDictionary<string, double> _counts = new(StringComparer.Ordinal);

    public string CaseName { get; } = caseName;

    public string Name { get; } = name;

    public Role Role { get; } = role;

    public Samples Times { get; } = new();

    /// <summary>
    /// What was counted beside the time, by the name of its column, which has the unit where it counts no things:
    /// "errors", "CPU s".
    /// </summary>
    public IReadOnlyDictionary<string, double> Counts => _counts;

    /// <summary>Measures an operation once more.</summary>
    public Task MeasureAsync(Func<Task> operation) => Times.MeasureAsync(operation);

    /// <summary>Adds to a column; the first time makes it.</summary>
    public void Tally(string column, double more) => _counts[column] = _counts.GetValueOrDefault(column) + more;

    /// <summary>Lowers a column to a value, if it is more: the least of all rounds.</summary>
    public void TallyLeast(string column, double value) =>
        _counts[column] = Math.Min(_counts.GetValueOrDefault(column, double.MaxValue), value);

    /// <summary>Raises a column to a value, if it is less: the most of all rounds.</summary>
    public void TallyMost(string column, double value) =>
        _counts[column] = Math.Max(_counts.GetValueOrDefault(column, double.MinValue), value);
}
