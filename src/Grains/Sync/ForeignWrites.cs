using EndpointSync.Core;
using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Sync.Planning;
using EndpointSync.Grains.Sync.Statements;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace EndpointSync.Grains.Sync;

/// <summary>Says what became of other writers' changes of routes, and delays repairs that they keep undoing.</summary>
internal sealed class ForeignWrites(RegistryDatabase database, NpgsqlConnection connection, ILogger logger)
{
    /// <summary>
    /// Runs before the recorded changes are deleted, because the log of foreign writes is made from them.
    /// </summary>
    /// <param name="recorded">The recorded changes that the sync deals with.</param>
    /// <param name="done">The part of the plan that it carried out.</param>
    /// <param name="changes">The changes that make the version.</param>
    /// <param name="next">That version.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    public async Task ClassifyAsync(
        IEnumerable<PendingChange> recorded, SyncPlan done, IReadOnlyCollection<RouteChange> changes,
        RouteVersion next, CancellationToken cancellationToken)
    {
        var classified = ClassifiedWrite.Classify(recorded, done, changes);
        RouteVersion? version = changes.Count > 0 ? next : null;
        await new ForeignWriteLog(database, connection).AddAsync(classified, version, cancellationToken);
        FirstFew.Log(
            classified,
            write => SyncLog.ForeignWrite(
                logger, write.Change.Operation, database.Name, write.Change.Writer,
                write.Change.Locked is true ? "with" : "without", write.OutcomeText),
            more => SyncLog.More(logger, more, "writes of routes by others", database.Name));

        var byWriter = classified.Where(write => write.Repaired.Count > 0).GroupBy(write => write.Change.Writer);
        foreach (var writes in byWriter)
        {
            var repaired = writes.SelectMany(write => write.Repaired).ToHashSet();
            var backoffs = await new RepairBackoffs(database, connection).RecordAsync(
                repaired, writes.Key, cancellationToken);
            FirstFew.Log(
                backoffs,
                backoff => SyncLog.BackedOff(
                    logger, backoff.EndpointId, database.Name, backoff.Repairs, backoff.Since, backoff.Writer,
                    backoff.Until),
                more => SyncLog.More(logger, more, "endpoints whose repairs are undone", database.Name));
        }
    }
}
