namespace EndpointSync.Bench.Model;

/// <summary>The circumstances in which all its rows were measured, in turns.</summary>
/// <param name="name">What it is called in tables.</param>
/// <param name="number">Its place on the plot's axis; null where it has a name only.</param>
internal sealed class Case(string name, double? number)
{
    private readonly List<Row> _rows = [];

    public string Name { get; } = name;

    public double? Number { get; } = number;

    public IReadOnlyList<Row> Rows => _rows;

    /// <summary>The row that others are divided by first; a case has at most one.</summary>
    public Row? LeastCost => _rows.SingleOrDefault(row => row.Role == Role.Floor);

    /// <summary>Begins the row of what EndpointSync does.</summary>
    public Row Ours(string row) => Add(row, Role.Ours);

    /// <summary>Begins the row of the least that the same can cost.</summary>
    public Row Floor(string row) => Add(row, Role.Floor);

    /// <summary>
    /// Begins the row of another way to do the same. The name of a re-created protocol must mark it as re-created.
    /// </summary>
    public Row Rival(string row) => Add(row, Role.Rival);

    /// <summary>Begins the row of a part of another row, which explains that one.</summary>
    public Row Part(string row) => Add(row, Role.Part);

    private Row Add(string row, Role role)
    {
        var added = new Row(Name, row, role);
        _rows.Add(added);
        return added;
    }
}
