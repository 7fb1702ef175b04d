using EndpointSync.Grains.Postgres;
using EndpointSync.Wire;
using Npgsql;

namespace EndpointSync.Grains.Sync.Statements;

/// <summary>
/// A registry's rollouts. Every silo may drive one: a decision counts only if the rollout is still where it was made.
/// </summary>
internal sealed class RolloutStore(RegistryDatabase database)
{
    private static readonly SqlFile Sql = SqlFile.Of<RolloutStore>();

    /// <summary>
    /// Adds to a sync's batch what begins the rollout of its version, and pins the registry to that.
    /// </summary>
    /// <param name="batch">The batch, which has made the version.</param>
    /// <param name="database">The registry.</param>
    /// <param name="connection">The transaction's connection.</param>
    /// <param name="order">The order.</param>
    /// <param name="held">The version before it.</param>
    /// <param name="version">The version.</param>
    public static void AddBegin(
        NpgsqlBatch batch, RegistryDatabase database, NpgsqlConnection connection, RolloutOrder order,
        VersionState held, RouteVersion version)
    {
        var number = version.Value;
        batch.Then(
            Sql["begin"], database.SchemaName, PostgresCommands.Value(number), PostgresCommands.Value(order.Id),
            PostgresCommands.Value(held.Version.Value), PostgresCommands.Value(held.ContentHash.ToBytes()),
            PostgresCommands.Value(order.By), PostgresCommands.Value(order.Rings.ToArray()),
            PostgresCommands.Value(order.Hold), PostgresCommands.Value(order.AbortOn));
        new Pins(database, connection).AddPin(
            batch, new PinRequest(
                order.Id, held.Version, version, order.By, $"a rollout by rings: {string.Join(", ", order.Rings)}"));
        batch.Then(Sql["point"], database.SchemaName, PostgresCommands.Value(number));
    }

    /// <summary>The rollout that runs; null if none does.</summary>
    public static async Task<Rollout?> FindRunningAsync(
        RegistryDatabase database, NpgsqlConnection connection, CancellationToken cancellationToken) =>
        await FindLatestAsync(database, connection, cancellationToken) is { Rollout: { IsRunning: true } rollout }
            ? rollout
            : null;

    /// <inheritdoc cref="FindLatestAsync(CancellationToken)" />
    public static async Task<RunningRollout?> FindLatestAsync(
        RegistryDatabase database, NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var rows = await connection.ListAsync(
            Sql["latest"], row => (Rollout: Read(row), Ring: ReadRing(row)), cancellationToken, database.SchemaName);
        if (rows.Count == 0)
        {
            return null;
        }

        var decided = rows.Where(row => row.Ring is not null).ToDictionary(row => row.Ring!.Value.Place);
        var found = rows[0].Rollout;
        return found with
        {
            Rollout = found.Rollout with
            {
                Rings =
                [
                    .. found.Rollout.Rings.Select((ring, index) =>
                        decided.GetValueOrDefault(index + 1).Ring is { } result
                        ? result.Ring with { Ring = ring.Ring }
                        : ring),
                ],
            },
        };
    }

    /// <summary>The rollout that runs, or the last one that is kept; null if there is none.</summary>
    public async Task<RunningRollout?> FindLatestAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        return await FindLatestAsync(database, connection, cancellationToken);
    }

    /// <summary>Records a decision, and carries it out except for the version that takes another one back.</summary>
    /// <param name="rollout">The rollout for which it was made.</param>
    /// <param name="decision">The decision.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <returns>Whether the rollout was still where the decision was made.</returns>
    public async Task<bool> DecideAsync(
        RunningRollout rollout, RingDecision decision, CancellationToken cancellationToken)
    {
        await using var connection = await database.Source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var pointed = await connection.ListAsync(
            Sql["lock"], row => row.StructOrNull<long>("rollout"), cancellationToken, database.SchemaName);
        var now = await FindLatestAsync(database, connection, cancellationToken);
        if (pointed is not [{ } version] || version != rollout.Rollout.Version.Value
            || now is not { Rollout.State: RolloutState.Running } || now.Reached != rollout.Reached)
        {
            return false;
        }

        await using var batch = connection.CreateBatch().Then(PostgresCommands.CommitDurably);
        AddDecision(batch, rollout, decision);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }

    private void AddDecision(NpgsqlBatch batch, RunningRollout rollout, RingDecision decision)
    {
        var version = rollout.Rollout.Version.Value;
        batch.Then(
            Sql["add_ring"], database.SchemaName, PostgresCommands.Value(version),
            PostgresCommands.Value(rollout.Reached), PostgresCommands.Value(decision.Passed),
            PostgresCommands.Value(decision.Reason), PostgresCommands.Value(decision.Workers),
            PostgresCommands.Value(decision.Answers.Requests), PostgresCommands.Value(decision.Answers.Misses),
            PostgresCommands.Value(decision.Answers.Errors), PostgresCommands.Value(decision.HeldAnswers.Requests),
            PostgresCommands.Value(decision.HeldAnswers.Misses), PostgresCommands.Value(decision.HeldAnswers.Errors));
        if (!decision.Passed)
        {
            batch.Then(
                Sql["take_back"], database.SchemaName, PostgresCommands.Value(version),
                PostgresCommands.Value(decision.Reason));
        }
        else if (rollout.IsAtLastRing)
        {
            batch.Then(Sql["complete"], database.SchemaName, PostgresCommands.Value(version))
                .Then(Sql["release"], database.SchemaName)
                .Then(Sql["check_all"], database.SchemaName);
        }
        else
        {
            batch.Then(Sql["go_on"], database.SchemaName, PostgresCommands.Value(version));
        }
    }

    private static RunningRollout Read(NpgsqlDataReader row)
    {
        var reached = row.Int("reached");
        var rings = row.Value<string[]>("rings");
        return new RunningRollout(
            new Rollout
            {
                Version = row.Version("version"),
                HeldVersion = row.Version("held_version"),
                State = Enum.Parse<RolloutState>(row.Text("state")),
                Reason = row.TextOrNull("reason"),
                Rings =
                [
                    .. rings.Select((ring, index) => new RolloutRing
                    {
                        Ring = ring,
                        GivenAt = index == reached - 1 ? row.Time("given_at") : null,
                    }),
                ],
                Hold = row.Value<TimeSpan>("hold"),
                AbortOn = row.Text("abort_on"),
                By = row.Text("started_by"),
                StartedAt = row.Time("started_at"),
                EndedAt = row.IsNull("ended_at") ? null : row.Time("ended_at"),
            },
            row.Value<Guid>("id"), reached, row.Value<TimeSpan>("given_for"));
    }

    private static (int Place, RolloutRing Ring)? ReadRing(NpgsqlDataReader row) => row.IsNull("place")
        ? null
        : (row.Int("place"), new RolloutRing
        {
            Ring = "",
            GivenAt = row.Time("ring_given_at"),
            DecidedAt = row.Time("decided_at"),
            Passed = row.Bool("passed"),
            Decision = row.Text("decision"),
            Workers = row.Int("workers"),
            Answers = new VersionAnswers(
                row.Version("version"), row.Long("requests"), row.Long("misses"), row.Long("errors")),
            HeldAnswers = new VersionAnswers(
                row.Version("held_version"), row.Long("held_requests"), row.Long("held_misses"),
                row.Long("held_errors")),
        });
}

/// <summary>Whether a rollout goes on after a ring.</summary>
/// <param name="Passed">Whether it does; otherwise the version is taken back.</param>
/// <param name="Reason">Why.</param>
/// <param name="Workers">How many workers of the ring serve the version.</param>
/// <param name="Answers">What they have answered by it.</param>
/// <param name="HeldAnswers">What all workers have answered by the held version.</param>
internal sealed record RingDecision(
    bool Passed, string Reason, int Workers, VersionAnswers Answers, VersionAnswers HeldAnswers);
