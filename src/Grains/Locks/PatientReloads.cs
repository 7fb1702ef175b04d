namespace EndpointSync.Grains.Locks;

/// <summary>Reloads that wait their turn: one that finds the registry's lock busy is asked for again when the lock is free.</summary>
internal sealed class PatientReloads(ReloadGate gate, LockWatch locks, TimeProvider clock)
{
    /// <summary>Reloads a registry.</summary>
    /// <param name="registry">The registry's name.</param>
    /// <param name="patience">How long it is waited for the lock; zero not to wait.</param>
    /// <param name="cancellationToken">Ends this caller's wait only.</param>
    /// <returns>The last receipt, and after which time it was asked for.</returns>
    public async Task<(ReloadReceipt Receipt, TimeSpan Waited)> ReloadAsync(string registry, TimeSpan patience, CancellationToken cancellationToken)
    {
        var begun = clock.GetTimestamp();
        var waited = TimeSpan.Zero;
        while (true)
        {
            var receipt = await gate.ReloadAsync(registry, cancellationToken);
            if (!receipt.LockWasBusy || !await locks.FreeAsync(registry, patience - clock.GetElapsedTime(begun), cancellationToken))
            {
                return (receipt, waited);
            }

            waited = clock.GetElapsedTime(begun);
        }
    }
}
