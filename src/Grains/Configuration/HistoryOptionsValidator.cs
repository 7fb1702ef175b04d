using Microsoft.Extensions.Options;

namespace EndpointSync.Grains.Configuration;

/// <summary>The rules for <see cref="HistoryOptions"/>. Each error names the key, its value and the range.</summary>
internal sealed class HistoryOptionsValidator : IValidateOptions<HistoryOptions>
{
    private const int HighestCount = 1_000_000;
    private const int HighestEvents = 10_000_000;

    private static readonly TimeSpan Shortest = TimeSpan.FromHours(1);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(36_500);

    public ValidateOptionsResult Validate(string? name, HistoryOptions options)
    {
        var errors = Check(options).ToList();
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    /// <summary>What is wrong with the options; empty if nothing is.</summary>
    public static IEnumerable<string> Check(HistoryOptions history)
    {
        if (history.Retention < Shortest || history.Retention > Longest)
        {
            yield return $"EndpointSync:History:Retention ({history.Retention}) must lie between {Shortest} and "
                + $"{Longest}, written as days.hours:minutes:seconds.";
        }

        if (history.MostVersions is < 1 or > HighestCount)
        {
            yield return $"EndpointSync:History:MostVersions ({history.MostVersions}) must lie between 1 and "
                + $"{HighestCount}.";
        }

        if (history.MostEvents is < 1 or > HighestEvents)
        {
            yield return $"EndpointSync:History:MostEvents ({history.MostEvents}) must lie between 1 and "
                + $"{HighestEvents}.";
        }
    }
}
