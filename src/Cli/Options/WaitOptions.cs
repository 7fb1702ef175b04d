using System.CommandLine;

namespace EndpointSync.Cli.Options;

/// <summary>The options for what a change waits for, and how long.</summary>
/// <param name="hasLock">Whether it can also wait for the registry's lock.</param>
internal sealed class WaitOptions(bool hasLock)
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

    public void AddTo(Command command)
    {
        _wait.AcceptOnlyFromAmong("silos", "workers");
        _lock.AcceptOnlyFromAmong("wait", "skip");
        command.Add(_wait);
        if (hasLock)
        {
            command.Add(_lock);
        }

        command.Add(_timeout);
        command.Validators.Add(result =>
        {
            if (result.GetResult(_timeout) is not null
                && result.GetResult(_wait) is null && (!hasLock || result.GetValue(_lock) != "wait"))
            {
                result.AddError(
                    "--timeout needs something to wait for: give --wait silos or --wait workers"
                    + (hasLock ? ", or --lock wait, too." : " too."));
            }
        });
    }

    /// <summary>The parameters of the request.</summary>
    public IEnumerable<(string Name, string? Value)> Query(ParseResult parsed) => hasLock
        ?
        [
            ("wait", parsed.GetValue(_wait)), ("lock", parsed.GetValue(_lock)),
            ("timeout", parsed.GetValue(_timeout)),
        ]
        : [("wait", parsed.GetValue(_wait)), ("timeout", parsed.GetValue(_timeout))];
}
