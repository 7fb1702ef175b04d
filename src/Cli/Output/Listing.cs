using Spectre.Console.Rendering;

namespace EndpointSync.Cli.Output;

/// <summary>A column of a list.</summary>
/// <param name="Head">Its head.</param>
/// <param name="Value">The value of an item.</param>
/// <param name="IsWide">Whether only <c>-o wide</c> shows it.</param>
/// <param name="IsNumber">Whether a terminal aligns it to the right.</param>
internal sealed record Column<T>(string Head, Func<T, Cell> Value, bool IsWide = false, bool IsNumber = false);

/// <summary>How a command lists its items.</summary>
/// <param name="name">What <c>-o name</c> prints of an item, one a line.</param>
/// <param name="columns">The columns.</param>
internal sealed class Listing<T>(Func<T, string> name, params Column<T>[] columns)
{
    public string NameOf(T item) => name(item);

    /// <summary>Prints the items as a table.</summary>
    public void Print(Report report, IEnumerable<T> items, bool isWide = false)
    {
        if (columns.Length > 0)
        {
            var (heads, rows) = CellsOf(items, isWide);
            report.Table(heads, rows);
        }
    }

    /// <summary>The table for a screen that is drawn again and again.</summary>
    public IRenderable TableOf(IEnumerable<T> items)
    {
        var (heads, rows) = CellsOf(items, isWide: false);
        return TerminalReport.TableOf(heads, rows);
    }

    private (Head[] Heads, List<Cell[]> Rows) CellsOf(IEnumerable<T> items, bool isWide)
    {
        var shown = columns.Where(column => isWide || !column.IsWide).ToArray();
        return (
            Array.ConvertAll(shown, column => new Head(column.Head, column.IsNumber)),
            [.. items.Select(item => Array.ConvertAll(shown, column => column.Value(item)))]);
    }
}
