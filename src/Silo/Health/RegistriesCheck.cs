using EndpointSync.Core;
using EndpointSync.Grains.Hosting;
using EndpointSync.Grains.Preparation;
using EndpointSync.Grains.Registries;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EndpointSync.Silo.Health;

/// <summary>
/// Whether every registry's database can be used and its triggers capture what other writers change. Otherwise the silo
/// is degraded, not unready: it keeps serving the registry's routes, callers get the reason why it cannot be reloaded,
/// polls find what triggers would record, and Odoo's workers drop old caches later. A silo that never had routes is
/// unready by <see cref="RoutesCheck"/>.
/// </summary>
internal sealed class RegistriesCheck(RegistryMap<Registry> registries) : IHealthCheck
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var complaints =
            (await Task.WhenAll(registries.All.Select(registry => ComplaintAsync(registry, cancellationToken))))
            .Where(complaint => complaint.Reason.Length > 0)
            .ToList();
        var usable = registries.All.Count - complaints.Count(complaint => !complaint.IsUsable);
        var description = $"{usable} of {registries.All.Count} registries can be used.{Pins()}";
        return complaints.Count == 0
            ? HealthCheckResult.Healthy(description)
            : HealthCheckResult.Degraded(
                description,
                data: complaints.ToDictionary(
                    complaint => complaint.Name, object (complaint) => complaint.Reason, StringComparer.Ordinal));
    }

    // A pin is an operator's order and no fault, but nobody should forget it.
    private string Pins() => string.Concat(registries.All
        .Where(registry => registry.Status.Facts?.PinnedTo is not null)
        .Select(registry => $" {registry.Name} is pinned to version {registry.Status.Facts!.PinnedTo}."));

    private static async Task<(string Name, string Reason, bool IsUsable)> ComplaintAsync(
        Registry registry, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Timeout);
        try
        {
            // The token alone is not enough: a query to a server that does not answer is not cancelled in time.
            var shortcomings = await AskAsync(registry, deadline.Token).WaitAsync(Timeout, cancellationToken);
            return (registry.Name, string.Join(" ", shortcomings), IsUsable: true);
        }
        catch (Exception failure) when (EndpointSyncServices.ProblemOf(failure) is { } problem)
        {
            return (registry.Name, problem.Detail, IsUsable: false);
        }
        catch (TimeoutException)
        {
            return (registry.Name, "Postgres did not answer in time.", IsUsable: false);
        }
    }

    private static async Task<IReadOnlyList<Shortcoming>> AskAsync(
        Registry registry, CancellationToken cancellationToken)
    {
        await registry.Preparation.EnsureAsync(cancellationToken);
        await registry.Status.PendingScopeAsync(cancellationToken);
        return await registry.Preparation.FindShortcomingsAsync(cancellationToken);
    }
}
