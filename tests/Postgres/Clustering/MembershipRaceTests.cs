using EndpointSync.Tests.Postgres.Sync;
using EndpointSync.Tests.Testing;
using static EndpointSync.Tests.Postgres.Clustering.MembershipTable;

namespace EndpointSync.Tests.Postgres.Clustering;

public sealed class MembershipRaceTests(TestDatabase database) : IClassFixture<TestDatabase>, IAsyncLifetime
{
    private const int Rivals = 16;
    private const int Rounds = 10;

    private MembershipTable _table = null!;

    public async ValueTask InitializeAsync()
    {
        _table = await MembershipTable.OpenAsync(database);
        await _table.CreateVersionAsync();
    }

    public ValueTask DisposeAsync() => _table.DisposeAsync();

    [Fact]
    public async Task Exactly_one_of_the_silos_that_join_at_the_same_version_succeeds()
    {
        for (var round = 0; round < Rounds; round++)
        {
            var version = round;
            var joined = await AllAtOnceAsync(rival => _table.InsertAsync((100 * version) + rival, version));

            Assert.Single(joined, won => won);
            var rows = await _table.ReadAllAsync();
            Assert.Equal((version + 1, version + 1), ((int)rows[0]["version"]!, rows.Count));
        }
        Assert.Empty(await database.ErrorsAsync());
    }

    [Fact]
    public async Task Exactly_one_of_a_silos_inserts_at_the_same_version_succeeds()
    {
        for (var round = 0; round < Rounds; round++)
        {
            var version = round;
            Assert.Single(await AllAtOnceAsync(_ => _table.InsertAsync(version, version)), won => won);
        }
        Assert.Equal(Rounds, await _table.VersionAsync());
        Assert.Empty(await database.ErrorsAsync());
    }

    [Fact]
    public async Task Exactly_one_of_the_updates_at_the_same_version_succeeds()
    {
        await _table.InsertAsync(0, version: 0);
        await _table.InsertAsync(1, version: 1);
        for (var round = 0; round < Rounds; round++)
        {
            var version = round + 2;
            var made = await AllAtOnceAsync(
                rival => _table.UpdateAsync(rival % 2, version, Active, suspects: $"{version}/{rival}"));

            var winner = Array.IndexOf(made, true);
            Assert.Single(made, won => won);
            Assert.Equal(version + 1, await _table.VersionAsync());
            Assert.Equal(
                [$"{version}/{winner}"],
                (await _table.ReadAllAsync())
                    .Select(row => row["suspecttimes"] as string)
                    .Where(votes => votes?.StartsWith($"{version}/", StringComparison.Ordinal) == true));
        }
        Assert.Empty(await database.ErrorsAsync());
    }

    [Fact]
    public async Task An_update_that_waits_for_a_clean_up_neither_revives_the_silo_nor_advances_the_version()
    {
        await _table.InsertAsync(1, version: 0, Dead);
        await using var cleanUp = await database.OpenAsync(
            $"delete from orleans.OrleansMembershipTable where DeploymentId = '{_table.Deployment}'");
        var update = _table.UpdateAsync(1, version: 1);
        await database.UntilBlockedAsync();
        await cleanUp.CommitAsync();

        Assert.False(await update.Within("the update"));
        Assert.Null((await _table.ReadAllAsync()).Single()["address"]);
        Assert.Equal(1, await _table.VersionAsync());
    }

    [Fact]
    public async Task A_clean_up_that_waits_for_an_update_sees_the_silos_new_status()
    {
        await _table.InsertAsync(1, version: 0, Dead);
        await using var update = await database.OpenAsync(
            $"update orleans.OrleansMembershipTable set Status = {Active} where DeploymentId = '{_table.Deployment}'");
        var cleanUp = _table.CleanUpAsync(Noon.AddHours(1));
        await database.UntilBlockedAsync();
        await update.CommitAsync();
        await cleanUp.Within("the clean-up");

        Assert.Equal(Active, (await _table.ReadRowAsync(1)).Single()["status"]);
    }

    [Fact]
    public async Task A_clean_up_beside_an_update_leaves_version_and_silo_consistent()
    {
        for (var round = 0; round < Rounds; round++)
        {
            var before = await _table.VersionAsync();
            await _table.InsertAsync(round, before, Dead);
            var update = Task.Run(() => _table.UpdateAsync(round, before + 1, Active), CancellationToken.None);
            await Task.WhenAll(update, Task.Run(() => _table.CleanUpAsync(Noon.AddHours(1)), CancellationToken.None));

            var there = (await _table.ReadRowAsync(round)).Single()["status"] is Active;
            Assert.Equal((await update, before + (await update ? 2 : 1)), (there, await _table.VersionAsync()));
        }
        Assert.Empty(await database.ErrorsAsync());
    }

    private static Task<bool[]> AllAtOnceAsync(Func<int, Task<bool>> change) =>
        Task.WhenAll(Enumerable.Range(0, Rivals).Select(rival => Task.Run(() => change(rival)))).Within("all rivals");
}
