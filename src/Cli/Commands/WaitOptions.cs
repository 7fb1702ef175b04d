using System.CommandLine;

namespace EndpointSync.Cli.Commands;

/// <summary>The options that say for whom a reload waits, and how long.</summary>
internal sealed class WaitOptions
{
    private readonly Option<string?> _wait = new("--wait")
    {
        Description = "Answer when all of these serve the version: silos, or workers, which means silos and workers.",
        HelpName = "silos|workers",
    };

    private readonly Option<string?> _timeout = new("--timeout")
    {
        Description = "How long to wait for them at most: 500ms, 5s or 00:00:05; at most a minute. Default: 5s.",
        HelpName = "time",
    };

    public WaitOptions() => _wait.AcceptOnlyFromAmong("silos", "workers");

    public void AddTo(Command command)
    {
        command.Add(_wait);
        command.Add(_timeout);
        command.Validators.Add(result =>
        {
            if (result.GetResult(_timeout) is not null && result.GetResult(_wait) is null)
            {
                result.AddError("--timeout says how long to wait: give --wait silos or --wait workers, too.");
            }
        });
    }

    /// <summary>What a reload's path ends with: empty if nobody is waited for.</summary>
    public string Query(ParseResult parsed)
    {
        if (parsed.GetValue(_wait) is not { } wait)
        {
            return "";
        }

        return parsed.GetValue(_timeout) is { } timeout ? $"?wait={wait}&timeout={Uri.EscapeDataString(timeout)}" : $"?wait={wait}";
    }
}
