using Microsoft.Extensions.Options;

namespace EndpointSync.Grains.Configuration;

/// <summary>
/// The rules for <see cref="PublishingOptions"/>. Each error names the key, its value and the remedy.
/// </summary>
internal sealed class PublishingOptionsValidator : IValidateOptions<PublishingOptions>
{
    public ValidateOptionsResult Validate(string? name, PublishingOptions options)
    {
        var errors = Check(options).ToList();
        return errors.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(errors);
    }

    /// <summary>What is wrong with the options; empty if nothing is.</summary>
    public static IEnumerable<string> Check(PublishingOptions publishing)
    {
        foreach (var (key, span, shortest, longest) in new[]
                 {
                     ("WorkerLease", publishing.WorkerLease, TimeSpan.FromSeconds(2), TimeSpan.FromMinutes(10)),
                     ("Timeout", publishing.Timeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1)),
                     ("StartTimeout", publishing.StartTimeout, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(5)),
                 })
        {
            if (span < shortest || span > longest)
            {
                yield return $"EndpointSync:Publishing:{key} ({span}) must lie between {shortest} and {longest}.";
            }
        }
    }
}
