using System.CommandLine;
using EndpointSync.Cli.Api;
using EndpointSync.Cli.Output;
using EndpointSync.Cli.Texts;

namespace EndpointSync.Cli.Options;

/// <summary>Shows what a change would do, and asks for the registry's name before it is done.</summary>
internal sealed class Confirmation
{
    private const int MostShown = 50;

    private readonly Option<bool> _yes = new("--yes", "-y")
    {
        Description = "Do not ask. Scripts need it: nobody answers there.",
    };

    private readonly Option<long?> _seen = VersionNumber.Create(
        "--seen", "Only if this is still the newest version. Default: the one that is read now.");

    public void AddTo(Command command)
    {
        command.Add(_yes);
        command.Add(_seen);
    }

    /// <summary>The version that the caller has seen, or else the newest.</summary>
    public long Seen(ParseResult parsed, long newest) => parsed.GetValue(_seen) ?? newest;

    /// <summary>Shows the changes on standard error, and asks.</summary>
    /// <returns>Whether it may be done.</returns>
    /// <exception cref="UsageException">Nobody can be asked.</exception>
    public async Task<bool> AskAsync(
        Session session, ParseResult parsed, string registry, string what, IReadOnlyList<RouteDifference> changes)
    {
        var report = Terminal.OpenError(session.Error);
        ChangeTable.PrintHeadline(report, what, changes);
        ChangeTable.PrintRows(report, changes, MostShown);
        if (parsed.GetValue(_yes))
        {
            return true;
        }

        if (!Terminal.CanAsk)
        {
            throw new UsageException("Nobody can be asked here, so nothing was changed: give --yes.");
        }

        session.Error.WriteLine();
        session.Error.Write($"Type the registry's name ({registry}) to do it: ");
        var typed = await Task.Run(Console.ReadLine).WaitAsync(session.CancellationToken);
        if (typed?.Trim() == registry)
        {
            return true;
        }

        session.Error.WriteLine("That is not its name. Nothing was changed.");
        return false;
    }
}
