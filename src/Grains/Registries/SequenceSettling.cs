using EndpointSync.Grains.Postgres;
using Microsoft.Extensions.Hosting;

namespace EndpointSync.Grains.Registries;

/// <summary>
/// Draws Odoo's sequence once more, soon after each burst of versions that this silo made. Where the silo dies before, or somebody still has an old
/// snapshot, the poll of any silo draws it.
/// </summary>
internal sealed class SequenceSettling(RegistryCatalog catalog, TimeProvider clock) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(catalog.All.Select(registry => SettleForeverAsync(registry.Sequence, stoppingToken)));

    private async Task SettleForeverAsync(OdooSequence sequence, CancellationToken stoppingToken)
    {
        await foreach (var _ in sequence.Drawn.ReadAllAsync(stoppingToken))
        {
            await Task.Delay(OdooSequence.SettleDelay * 1.1, clock, stoppingToken);
            await TrySettleAsync(sequence, stoppingToken);
        }
    }

    private static async Task TrySettleAsync(OdooSequence sequence, CancellationToken cancellationToken)
    {
        try
        {
            await sequence.SettleAsync(cancellationToken);
        }
        catch (Exception failure) when (SqlStates.Describe(failure) is not null)
        {
            // The poll tries again, and tells why it could not.
        }
    }
}
