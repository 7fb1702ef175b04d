using EndpointSync.Grains.Postgres;
using Npgsql;

namespace EndpointSync.Grains.Doctor;

/// <summary>Finds out what is not as it should be in the cluster's database.</summary>
/// <param name="source">The cluster's database.</param>
/// <param name="clusterId">The cluster.</param>
internal sealed class ClusterExam(NpgsqlDataSource source, string clusterId)
{
    /// <summary>What is looked at.</summary>
    public static readonly IReadOnlyList<string> Checks = ["members", "clocks"];

    private const string Subject = "the cluster's database";

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private static readonly SqlFile Sql = SqlFile.Of<ClusterExam>();

    public async Task<IReadOnlyList<Finding>> ExamineAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await ReadAsync(cancellationToken).WaitAsync(Timeout, cancellationToken);
        }
        catch (Exception failure) when (SqlStates.Describe(failure) is { } problem)
        {
            return [Unusable(problem.Meaning, problem.Detail)];
        }
        catch (TimeoutException)
        {
            return [Unusable("Postgres did not answer in time.", "Look at the server and the way to it.")];
        }
    }

    private static Finding Unusable(string meaning, string cure) => new(
        FindingLevel.Error, "database", Subject, $"No silo can join, and a dead one stays listed: {meaning}", cure);

    private async Task<IReadOnlyList<Finding>> ReadAsync(CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        var members = await connection.ListAsync(
            Sql["members"],
            row => new Finding(
                FindingLevel.Warning, row.Text("check"), row.Text("silo"), row.Text("meaning"), row.Text("cure")),
            cancellationToken, PostgresCommands.Value(clusterId));
        return [.. members, .. await ServerExam.ExamineAsync(connection, Subject, cancellationToken)];
    }
}
