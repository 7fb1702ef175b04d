namespace EndpointSync.Grains.Sync;

/// <summary>
/// The writer of a change that a sync is about to commit began its next transaction after the preflight. The commit
/// could make that transaction fail, so the sync is rolled back and leaves the change alone.
/// </summary>
internal sealed class WriterBackException : Exception;
