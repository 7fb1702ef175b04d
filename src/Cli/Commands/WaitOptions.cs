using System.CommandLine;

namespace EndpointSync.Cli.Commands;

/// <summary>The options for what a reload waits for, and how long.</summary>
internal sealed class WaitOptions
{
    private readonly Option<string?> _wait = new("--wait")
    {
        Description = "Answer when all of these serve the version: silos, or workers (silos and workers).",
        HelpName = "silos|workers",
    };

    private readonly Option<string?> _lock = new("--lock")
    {
        Description = "What to do while another process holds the registry's lock: wait for it, "
            + "or skip (the default) and leave the sync to the silo's retries.",
        HelpName = "wait|skip",
    };

    private readonly Option<string?> _timeout = new("--timeout")
    {
        Description = "The longest wait, for the lock and the subscribers together: 500ms, 5s or 00:00:05; "
            + "at most a minute. Default: 5s.",
        HelpName = "time",
    };

    public WaitOptions()
    {
        _wait.AcceptOnlyFromAmong("silos", "workers");
        _lock.AcceptOnlyFromAmong("wait", "skip");
    }

    public void AddTo(Command command)
    {
        command.Add(_wait);
        command.Add(_lock);
        command.Add(_timeout);
        command.Validators.Add(result =>
        {
            if (result.GetResult(_timeout) is not null
                && result.GetResult(_wait) is null && result.GetValue(_lock) != "wait")
            {
                result.AddError(
                    "--timeout needs something to wait for: give --wait silos or --wait workers, or --lock wait, too.");
            }
        });
    }

    /// <summary>The query of a reload's path; empty if no option is given.</summary>
    public string Query(ParseResult parsed, params IEnumerable<(string Name, string? Value)> further) =>
        SiloApi.Query(
        [
            ("wait", parsed.GetValue(_wait)), ("lock", parsed.GetValue(_lock)),
            ("timeout", parsed.GetValue(_timeout)), .. further,
        ]);
}
