using System.CommandLine;
using EndpointSync.Cli;
using EndpointSync.Cli.Commands;
using EndpointSync.Tools.Postgres;

namespace EndpointSync.Tests.Unit.Cli;

/// <summary>The page about the command line, compared with the commands.</summary>
public sealed class ReferenceTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(
        RepositoryRoot.Find(AppContext.BaseDirectory)!, "docs", "reference", "cli.md"));

    [Fact]
    public void Every_command_has_a_row_in_the_page_and_every_row_is_a_command()
    {
        var commands = Leaves(CommandTree.Create(), "").Select(leaf => leaf.Path).ToHashSet();
        var rows = Page[..Page.IndexOf("\n## Which silo is asked", StringComparison.Ordinal)].Split('\n')
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(line => line[3..line.IndexOf('`', 3)])
            .Select(row => string.Join(' ', row.Split(' ').TakeWhile(word => char.IsAsciiLetterLower(word[0]))))
            .ToHashSet();

        Assert.Equal(commands.Order(StringComparer.Ordinal), rows.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_option_is_in_the_page()
    {
        var options = Leaves(CommandTree.Create(), "")
            .SelectMany(leaf => leaf.Command.Options)
            .Concat(CommandTree.Create().Options)
            .SelectMany(option => option.Aliases.Append(option.Name))
            .Where(name => name is not ("--help" or "-h" or "-?" or "/?" or "/h" or "--version"))
            .Distinct(StringComparer.Ordinal);

        Assert.Equal([], options.Where(name => !Page.Contains($"`{name}", StringComparison.Ordinal)));
    }

    [Fact]
    public void Every_exit_code_is_in_the_page()
    {
        foreach (var code in ExitCode.Help.Split('\n').Skip(1).Select(line => line.Trim().Split(' ')[0]))
        {
            Assert.True(
                !int.TryParse(code, out _) || Page.Contains($"\n| {code} |", StringComparison.Ordinal),
                $"Exit code {code} is not in docs/reference/cli.md.");
        }
    }

    private static IEnumerable<(string Path, Command Command)> Leaves(Command command, string path) =>
        command.Subcommands.Count == 0
            ? [(path, command)]
            : command.Subcommands.SelectMany(one => Leaves(one, $"{path} {one.Name}".Trim()));
}
