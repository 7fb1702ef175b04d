using EndpointSync.Grains.Doctor;
using EndpointSync.Grains.Postgres;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Postgres.Doctor;

public sealed class ServerExamTests
{
    [Fact]
    public async Task A_session_in_which_triggers_do_not_fire_is_found_with_the_cure()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var connection = await database.Source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        Assert.Empty(await ServerExam.ExamineAsync(connection, "openspp", TestContext.Current.CancellationToken));

        await connection.ExecuteAsync("set session_replication_role = replica", TestContext.Current.CancellationToken);
        var found = Assert.Single(
            await ServerExam.ExamineAsync(connection, "openspp", TestContext.Current.CancellationToken));

        Assert.Equal(
            (FindingLevel.Warning, "settings", "openspp"), (found.Level, found.Check, found.Subject));
        Assert.Contains("RESET session_replication_role", found.Cure, StringComparison.Ordinal);
    }
}
