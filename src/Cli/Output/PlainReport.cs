namespace EndpointSync.Cli.Output;

/// <summary>
/// Aligned columns, two spaces apart, without any control character: for pipes, files and terminals that can do no
/// more. The last column is not padded.
/// </summary>
internal sealed class PlainReport(TextWriter output) : Report
{
    public override void Line(Cell text = default) => output.WriteLine(text.Visible);

    public override void Table(IReadOnlyList<Head> heads, IReadOnlyList<Cell[]> rows) =>
        Write(rows.Select(row => Array.ConvertAll(row, cell => cell.Visible))
            .Prepend([.. heads.Select(head => head.Text)]));

    protected override void FieldLines(IReadOnlyList<(string Name, Cell Value)> fields) =>
        Write(fields.Select(field => new[] { field.Name, field.Value.Visible }));

    private void Write(IEnumerable<string[]> given)
    {
        var rows = given.ToList();
        var widths = Enumerable.Range(0, rows[0].Length)
            .Select(column => rows.Max(row => row[column].Length))
            .ToArray();
        foreach (var row in rows)
        {
            output.WriteLine(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        }
    }
}
