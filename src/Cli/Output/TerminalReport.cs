using Spectre.Console;
using Spectre.Console.Rendering;

namespace EndpointSync.Cli.Output;

/// <summary>Tables that fit the terminal: long values are wrapped in their column, and tones have colours.</summary>
internal sealed class TerminalReport(IAnsiConsole console) : Report
{
    // Longer values are wrapped where the terminal is too narrow. Times, versions and names stay whole.
    private const int WholeCharacters = 20;

    private static readonly Style Quiet = new(decoration: Decoration.Dim);

    public override void Line(Cell text = default) => console.WriteLine(text.Visible, StyleOf(text.Tone));

    public override void Table(IReadOnlyList<Head> heads, IReadOnlyList<Cell[]> rows) =>
        console.Write(TableOf(heads, rows));

    /// <summary>A table for a screen that is drawn again and again.</summary>
    public static Table TableOf(IReadOnlyList<Head> heads, IReadOnlyList<Cell[]> rows)
    {
        var table = new Table { Border = TableBorder.None, ShowHeaders = true };
        for (var index = 0; index < heads.Count; index++)
        {
            table.AddColumn(new TableColumn(new Text(heads[index].Text, Quiet))
            {
                Alignment = heads[index].IsNumber ? Justify.Right : Justify.Left,
                Padding = new Padding(0, 0, index == heads.Count - 1 ? 0 : 2, 0),
                NoWrap = rows.All(row => row[index].Visible.Length <= WholeCharacters),
            });
        }

        foreach (var row in rows)
        {
            table.AddRow(Array.ConvertAll<Cell, IRenderable>(row, TextOf));
        }

        return table;
    }

    protected override void FieldLines(IReadOnlyList<(string Name, Cell Value)> fields)
    {
        var grid = new Grid();
        grid.AddColumn(new GridColumn { NoWrap = true, Padding = new Padding(0, 0, 2, 0) });
        grid.AddColumn(new GridColumn { Padding = new Padding(0, 0, 0, 0) });
        foreach (var (name, value) in fields)
        {
            grid.AddRow(new Text(name, Quiet), TextOf(value));
        }

        console.Write(grid);
    }

    public static Text TextOf(Cell cell) => new(cell.Visible, StyleOf(cell.Tone));

    private static Style StyleOf(Tone tone) => tone switch
    {
        Tone.Good => new Style(Color.Green),
        Tone.Warning => new Style(Color.Yellow),
        Tone.Bad => new Style(Color.Red),
        _ => Style.Plain,
    };
}
