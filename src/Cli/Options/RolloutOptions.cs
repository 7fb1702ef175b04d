using System.CommandLine;

namespace EndpointSync.Cli.Options;

/// <summary>The options for a version that one ring of workers after the other is given.</summary>
internal sealed class RolloutOptions
{
    private readonly Option<string?> _rings = new("--rings")
    {
        Description = "Give the version to these rings of workers one after the other, and wait for the end. "
            + "Default: to all at once.",
        HelpName = "canary,rest",
    };

    private readonly Option<string?> _hold = new("--hold")
    {
        Description = "How long each ring is watched: a second to an hour. Default: 30s.",
        HelpName = "time",
    };

    private readonly Option<string?> _abortOn = new("--abort-on")
    {
        Description = "What takes the version back: a larger share of misses or errors than by the version before, "
            + "or a worker's problem. Default: 'miss>1%|error>1%|problem'.",
        HelpName = "rules",
    };

    public void AddTo(Command command)
    {
        command.Add(_rings);
        command.Add(_hold);
        command.Add(_abortOn);
        command.Validators.Add(result =>
        {
            if (result.GetResult(_rings) is null
                && (result.GetResult(_hold) is not null || result.GetResult(_abortOn) is not null))
            {
                result.AddError("--hold and --abort-on need --rings, such as --rings canary,rest.");
            }
        });
    }

    /// <summary>The parameters of the request.</summary>
    public IEnumerable<(string Name, string? Value)> Query(ParseResult parsed) =>
    [
        ("rings", parsed.GetValue(_rings)), ("hold", parsed.GetValue(_hold)), ("abortOn", parsed.GetValue(_abortOn)),
    ];
}
