using EndpointSync.Grains.Postgres;
using Npgsql;

namespace EndpointSync.Grains.Doctor;

/// <summary>The settings of a PostgreSQL server, as far as the promises depend on them.</summary>
internal static class ServerExam
{
    private static readonly SqlFile Sql = SqlFile.Of(typeof(ServerExam));

    /// <summary>What is wrong with the server of a connection.</summary>
    public static async Task<IReadOnlyList<Finding>> ExamineAsync(
        NpgsqlConnection connection, string subject, CancellationToken cancellationToken) =>
        [
            .. (await connection.ListAsync(
                Sql["settings"],
                row => (Check: row.Text("check"), Meaning: row.Text("meaning"), Cure: row.Text("cure")),
                cancellationToken, PostgresCommands.Value(SupportedServers.Oldest),
                PostgresCommands.Value(SupportedServers.Newest)))
                .Select(row => new Finding(FindingLevel.Warning, row.Check, subject, row.Meaning, row.Cure)),
        ];
}
