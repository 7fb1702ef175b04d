namespace EndpointSync.Cli.Output;

/// <summary>The head of a column.</summary>
internal readonly record struct Head(string Text, bool IsNumber);

/// <summary>Standard output for people: every text that others chose goes through here.</summary>
internal abstract class Report
{
    /// <summary>Prints a line.</summary>
    public abstract void Line(Cell text = default);

    public abstract void Table(IReadOnlyList<Head> heads, IReadOnlyList<Cell[]> rows);

    /// <summary>Prints one field on each line.</summary>
    protected abstract void FieldLines(IReadOnlyList<(string Name, Cell Value)> fields);

    /// <summary>Prints one field on each line; a field without a value is left out.</summary>
    public void Fields(params (string Name, Cell Value)[] fields) =>
        FieldLines([.. fields.Where(field => field.Value.Text is not null)]);
}
