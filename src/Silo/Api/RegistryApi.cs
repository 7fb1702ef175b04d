using EndpointSync.Grains.Locks;
using EndpointSync.Grains.Publishing;
using EndpointSync.Grains.Registries;
using Microsoft.AspNetCore.Mvc;

namespace EndpointSync.Silo.Api;

/// <summary>Reloads a registry and shows its state and its routes.</summary>
internal static class RegistryApi
{
    public static void MapRegistries(this RouteGroupBuilder registries)
    {
        registries.MapGet("/", (RegistryCatalog catalog) => catalog.All.Select(registry => registry.Name).Order(StringComparer.Ordinal));
        registries.MapGet("/{registry}", StatusAsync);
        registries.MapGet("/{registry}/routes", RoutesAsync);
        registries.MapGet("/{registry}/subscribers", SubscribersAsync);
        registries.MapGet("/{registry}/writers", WritersAsync);
        registries.MapPost("/{registry}/reload", ReloadAsync);
    }

    /// <summary>The registry, with its database ready to be asked.</summary>
    public static async Task<Registry> ReadyAsync(this RegistryCatalog catalog, string name, CancellationToken cancellationToken)
    {
        var registry = catalog.Get(name);
        await registry.Preparation.EnsureAsync(cancellationToken);
        return registry;
    }

    private static async Task<RegistryStatus> StatusAsync(string registry, RegistryCatalog catalog, CancellationToken cancellationToken) =>
        await (await catalog.ReadyAsync(registry, cancellationToken)).Status.ReadAsync(cancellationToken);

    private static async Task<RouteList> RoutesAsync(string registry, RegistryCatalog catalog, CancellationToken cancellationToken) =>
        await (await catalog.ReadyAsync(registry, cancellationToken)).Status.ReadRoutesAsync(cancellationToken);

    private static async Task<WriterList> WritersAsync(string registry, RegistryCatalog catalog, CancellationToken cancellationToken) =>
        await (await catalog.ReadyAsync(registry, cancellationToken)).Status.ReadWritersAsync(cancellationToken);

    private static async Task<SubscriberList> SubscribersAsync(string registry, RegistryCatalog catalog, ConvergenceWatch convergence) =>
        await convergence.ListAsync(catalog.Get(registry).Name);

    // 202 for a reload that was skipped or is not served by all who were waited for: it was taken, and is carried out behind the answer.
    private static async Task<IResult> ReloadAsync(
        string registry, string? wait, [FromQuery(Name = "lock")] string? busyLock, string? timeout, RegistryCatalog catalog, PatientReloads reloads,
        ConvergenceWatch convergence, CancellationToken cancellationToken)
    {
        if (!WaitParameters.TryRead(wait, busyLock, timeout, out var wanted, out var errors))
        {
            return TypedResults.ValidationProblem(errors);
        }

        var (receipt, waited) = await reloads.ReloadAsync(catalog.Get(registry).Name, wanted.LockPatience, cancellationToken);
        if (wanted.WaitFor != WaitFor.Nobody && receipt.Outcome is (ReloadOutcome.Synced or ReloadOutcome.UpToDate))
        {
            var converged = await convergence.WaitAsync(registry, receipt.Version, wanted.WaitFor, wanted.Timeout - waited, cancellationToken);
            receipt = receipt with { Convergence = converged };
        }

        return Answer(registry, receipt);
    }

    private static IResult Answer(string registry, ReloadReceipt receipt) => receipt switch
    {
        { Outcome: ReloadOutcome.Failed } => TypedResults.Problem(
            title: $"Registry '{registry}' was not reloaded", detail: $"{receipt.Problem?.Meaning} {receipt.Problem?.Detail}",
            statusCode: StatusCodes.Status503ServiceUnavailable, extensions: new Dictionary<string, object?> { ["receipt"] = receipt }),
        { Outcome: ReloadOutcome.Skipped } or { Convergence.Reached: false } => TypedResults.Accepted((string?)null, receipt),
        _ => TypedResults.Ok(receipt),
    };
}
