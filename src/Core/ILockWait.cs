namespace EndpointSync.Core;

/// <summary>Waits for a registry's advisory lock to become free, without holding anything in Postgres.</summary>
internal interface ILockWait
{
    /// <summary>Waits until the lock is free, or until its holder can no longer be determined.</summary>
    /// <param name="registry">The registry's name.</param>
    /// <param name="timeout">How long to wait; zero or less returns at once.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether another reload is worth trying; false if the lock is still held after the timeout.</returns>
    /// <exception cref="UnknownRegistryException">No configured registry has that name.</exception>
    Task<bool> UntilFreeAsync(string registry, TimeSpan timeout, CancellationToken cancellationToken);
}
