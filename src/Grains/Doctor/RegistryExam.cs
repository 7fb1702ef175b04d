using EndpointSync.Core;
using EndpointSync.Grains.Configuration;
using EndpointSync.Grains.ForeignChanges;
using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Publishing;
using EndpointSync.Grains.Registries;
using EndpointSync.Grains.Sync.Statements;
using Microsoft.Extensions.Options;

namespace EndpointSync.Grains.Doctor;

/// <summary>Finds out what is not as it should be in a registry, its database and those who follow it.</summary>
internal sealed class RegistryExam(
    RegistryMap<Registry> registries, ConvergenceWatch convergence, IOptions<SyncOptions> sync,
    IOptions<HistoryOptions> history, TimeProvider clock)
{
    /// <summary>What is looked at.</summary>
    public static readonly IReadOnlyList<string> Checks =
    [
        "database", "privileges", "triggers", "signals", "membership", "version", "settings", "connections", "pooler",
        "rows", "history", "quarantine", "repairs", "lock", "lag",
    ];

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    // The retention deletes in small steps.
    private static readonly TimeSpan RetentionLag = TimeSpan.FromDays(1);

    // A publication takes less; a worker that serves an older version for longer is stuck.
    private static readonly TimeSpan PublicationTime = TimeSpan.FromSeconds(10);

    private static readonly SqlFile Sql = SqlFile.Of<RegistryExam>();

    /// <summary>What is found in each registry.</summary>
    public async Task<IReadOnlyList<Finding>> ExamineAsync(CancellationToken cancellationToken)
    {
        var all = await Task.WhenAll(registries.All.Select(registry => ExamineAsync(registry, cancellationToken)));
        return [.. all.SelectMany(findings => findings)];
    }

    private async Task<List<Finding>> ExamineAsync(Registry registry, CancellationToken cancellationToken)
    {
        var findings = new List<Finding>();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Timeout);
        try
        {
            // The token alone is not enough: a query to a server that does not answer is not cancelled in time.
            await ExamineDatabaseAsync(registry, findings, deadline.Token).WaitAsync(Timeout, cancellationToken);
        }
        catch (Exception failure) when (SqlStates.Describe(failure) is { } problem)
        {
            findings.Add(new Finding(
                FindingLevel.Error, "database", registry.Name,
                $"The database cannot be used, so nothing is synced: {problem.Meaning}", problem.Detail));
        }
        catch (TimeoutException)
        {
            findings.Add(new Finding(
                FindingLevel.Error, "database", registry.Name, "Postgres did not answer in time.",
                "Look at the server and the way to it."));
        }

        return findings;
    }

    private async Task ExamineDatabaseAsync(
        Registry registry, List<Finding> findings, CancellationToken cancellationToken)
    {
        await registry.Preparation.EnsureAsync(cancellationToken);
        foreach (var grant in await registry.Preparation.FindMissingGrantsAsync(cancellationToken))
        {
            findings.Add(new Finding(
                FindingLevel.Error, "privileges", registry.Name, "The silo's role lacks a privilege that syncs need.",
                $"As the tables' owner run: {grant}"));
        }

        foreach (var lacking in await registry.Preparation.FindShortcomingsAsync(cancellationToken))
        {
            findings.Add(new Finding(
                FindingLevel.Warning, lacking.Check, registry.Name, lacking.Meaning, lacking.Cure));
        }

        await using (var connection = await registry.Database.Source.OpenConnectionAsync(cancellationToken))
        {
            findings.AddRange(await ServerExam.ExamineAsync(connection, registry.Name, cancellationToken));
        }

        await ExamineNotificationsAsync(registry, findings, cancellationToken);
        await ExamineRowsAsync(registry, findings, cancellationToken);
        await ExamineHistoryAsync(registry, findings, cancellationToken);
        var status = await registry.Status.ReadAsync(cancellationToken);
        findings.AddRange(StatusFindings.Of(status, sync.Value.LockHoldWarning));
        var isPublished = clock.GetUtcNow() - status.ChangedAt > PublicationTime;
        var list = await convergence.ListAsync(registry.Name);
        findings.AddRange(StatusFindings.Of(registry.Name, status.Version, list.Subscribers, isPublished));
    }

    private static async Task ExamineNotificationsAsync(
        Registry registry, List<Finding> findings, CancellationToken cancellationToken)
    {
        try
        {
            await using var listener = await ChangeListener.OpenAsync(registry.Database.Listened, cancellationToken);
        }
        catch (NotificationsNotReceivedException)
        {
            findings.Add(new Finding(
                FindingLevel.Warning, "pooler", registry.Name,
                "Notifications do not arrive: a pooler in transaction mode stands between the silo and PostgreSQL. "
                + "Polls find what other writers change.",
                "Let the silo connect to PostgreSQL itself, or to a pooler in session mode."));
        }
    }

    private static async Task ExamineRowsAsync(
        Registry registry, List<Finding> findings, CancellationToken cancellationToken)
    {
        await using var connection = await registry.Database.Source.OpenConnectionAsync(cancellationToken);
        var orphaned = await connection.ListAsync(
            registry.Database.Sql.Of(Sql["orphaned_keys"]), row => row.Text("key"), cancellationToken);
        var drifted = (await FullCheck.RunAsync(registry.Database, connection, cancellationToken)).Keys
            .Except(orphaned, StringComparer.Ordinal)
            .ToList();
        var reload = $"endpointsync reload {registry.Name}";
        if (orphaned.Count > 0)
        {
            findings.Add(new Finding(
                FindingLevel.Warning, "rows", registry.Name,
                $"{orphaned.Count} rows of endpoint_route have no endpoint: {StatusFindings.Some(orphaned)}", reload));
        }

        if (drifted.Count > 0)
        {
            findings.Add(new Finding(
                FindingLevel.Warning, "rows", registry.Name,
                $"{drifted.Count} routes in endpoint_route are not those of the newest version: "
                + StatusFindings.Some(drifted),
                reload));
        }
    }

    private async Task ExamineHistoryAsync(
        Registry registry, List<Finding> findings, CancellationToken cancellationToken)
    {
        await using var connection = await registry.Database.Source.OpenConnectionAsync(cancellationToken);
        var kept = (await connection.ListAsync(
            Sql["history"],
            row => (Versions: row.Long("versions"), Size: row.Text("size"), Age: row.Value<TimeSpan>("age")),
            cancellationToken, registry.Database.SchemaName))[0];
        var most = history.Value.MostVersions;
        if (kept.Versions > most + Math.Max(100, most / 10)
            || (kept.Versions > 1 && kept.Age > history.Value.Retention + RetentionLag))
        {
            findings.Add(new Finding(
                FindingLevel.Warning, "history", registry.Name,
                $"{kept.Versions} versions are kept, the oldest for {kept.Age.TotalDays:0} days, in {kept.Size} of the "
                + "database: old ones are not deleted as EndpointSync:History says.",
                "See event 1120 in the logs of the silos."));
        }
    }
}
