using Microsoft.Extensions.Options;

namespace EndpointSync.Grains.Configuration;

/// <summary>The rules for <see cref="AuditOptions"/>. Each error names the key, its value and the range.</summary>
internal sealed class AuditOptionsValidator : IValidateOptions<AuditOptions>
{
    private static readonly TimeSpan Shortest = TimeSpan.FromDays(1);
    private static readonly TimeSpan Longest = TimeSpan.FromDays(36_500);

    public ValidateOptionsResult Validate(string? name, AuditOptions options)
    {
        var errors = Check(options).ToList();
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    /// <summary>What is wrong with the options; empty if nothing is.</summary>
    public static IEnumerable<string> Check(AuditOptions audit)
    {
        if (audit.Retention < Shortest || audit.Retention > Longest)
        {
            yield return $"EndpointSync:Audit:Retention ({audit.Retention}) must lie between {Shortest} and {Longest}, "
                + "written as days.hours:minutes:seconds.";
        }
    }
}
