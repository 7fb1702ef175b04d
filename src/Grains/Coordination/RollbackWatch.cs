using EndpointSync.Core;
using EndpointSync.Grains.Publishing;
using EndpointSync.Grains.Registries;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Grains.Coordination;

/// <summary>
/// Finds out how long the version was served that a rollback replaced: until every silo and worker serves the new one.
/// The history keeps it, whether a caller waits or not.
/// </summary>
internal sealed partial class RollbackWatch(
    RegistryMap<Registry> registries, ConvergenceWatch convergence, SiloDrain drain,
    ILogger<RollbackWatch> logger)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromMinutes(1);

    /// <summary>Waits up to a minute until all serve the version that a rollback made.</summary>
    /// <param name="name">The registry's name.</param>
    /// <param name="receipt">The rollback's receipt, just after its commit.</param>
    /// <returns>How long the replaced version was served; null if that is not known. The call never fails.</returns>
    public async Task<TimeSpan?> WhenServedAsync(string name, ReloadReceipt receipt)
    {
        try
        {
            var answer = await convergence.WaitAsync(
                name, receipt.Version, WaitFor.Workers, Timeout, drain.Ended);
            var served = answer.Reached
                ? await registries.Get(name).History.RecordServedAsync(
                    receipt.Version, answer.Elapsed, drain.Ended)
                : null;
            if (served is { } span)
            {
                LogServed(name, receipt.Version, receipt.PreviousVersion, span);
            }
            else if (!answer.Reached)
            {
                LogNotServed(name, receipt.Version, answer.Missing.Count, Timeout);
            }

            return served;
        }
        catch (Exception failure)
        {
            LogUnknown(name, receipt.Version, failure.Message);
            return null;
        }
    }

    [LoggerMessage(
        1124, LogLevel.Information,
        "Every silo and worker of {Registry} serves version {Version} after the rollback. Version {Replaced} was "
        + "served for {ServedFor}.")]
    private partial void LogServed(
        string registry, RouteVersion version, RouteVersion replaced, TimeSpan servedFor);

    [LoggerMessage(
        1125, LogLevel.Warning,
        "{Count} silos and workers of {Registry} do not serve version {Version} of the rollback after {Timeout}. The "
        + "list of subscribers names them with their reasons.")]
    private partial void LogNotServed(string registry, RouteVersion version, int count, TimeSpan timeout);

    [LoggerMessage(
        1126, LogLevel.Warning,
        "Could not record when all of {Registry} served version {Version} of the rollback: {Detail} Its history does "
        + "not say how long the version before it was served.")]
    private partial void LogUnknown(string registry, RouteVersion version, LogText detail);
}
