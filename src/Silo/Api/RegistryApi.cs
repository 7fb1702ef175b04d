using EndpointSync.Grains.Registries;
using Microsoft.AspNetCore.Http.HttpResults;

namespace EndpointSync.Silo.Api;

/// <summary>Reloads a registry and shows its state and its routes.</summary>
internal static class RegistryApi
{
    public static void MapRegistries(this RouteGroupBuilder registries)
    {
        registries.MapGet("/", (RegistryCatalog catalog) => catalog.All.Select(registry => registry.Name).Order(StringComparer.Ordinal));
        registries.MapGet("/{registry}", StatusAsync);
        registries.MapGet("/{registry}/routes", RoutesAsync);
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

    // 202 for a skipped reload: it was taken, and is carried out behind the answer.
    private static async Task<Results<Ok<ReloadReceipt>, Accepted<ReloadReceipt>, ProblemHttpResult>> ReloadAsync(
        string registry, RegistryCatalog catalog, ReloadGate gate, CancellationToken cancellationToken)
    {
        var receipt = await gate.ReloadAsync(catalog.Get(registry).Name, cancellationToken);
        return receipt.Outcome switch
        {
            ReloadOutcome.Skipped => TypedResults.Accepted((string?)null, receipt),
            ReloadOutcome.Failed => TypedResults.Problem(
                title: $"Registry '{registry}' was not reloaded", detail: $"{receipt.Problem?.Meaning} {receipt.Problem?.Detail}",
                statusCode: StatusCodes.Status503ServiceUnavailable, extensions: new Dictionary<string, object?> { ["receipt"] = receipt }),
            _ => TypedResults.Ok(receipt),
        };
    }
}
