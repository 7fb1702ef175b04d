using EndpointSync.Wire;

namespace EndpointSync.Tests.Postgres.Publishing;

/// <summary>
/// Edits, syncs and messages in any order, lost, duplicate and late: a silo always serves one whole version, and never
/// an older one.
/// </summary>
public sealed class RandomMessagesTests : PublishedTests
{
    private const int Steps = 120;
    private const int MostEndpoints = 8;

    [Theory, InlineData(1), InlineData(2), InlineData(3)]
    public async Task Whatever_happens_to_messages_a_silo_serves_whole_versions_never_goes_back_and_ends_at_the_newest(
        int seed)
    {
        var random = new Random(seed);
        var routes = NewRoutes();
        List<RoutePublication> sent = [await ReloadAsync()];
        for (var step = 0; step < Steps; step++)
        {
            var before = routes.Version;
            await (random.Next(5) switch
            {
                0 or 1 => EditAsync(random, sent),
                2 or 3 => routes.TakeUpAsync(Message(random, sent), CancellationToken.None),
                _ => routes.PollAsync(CancellationToken.None),
            });
            Assert.True(
                routes.Version >= before, $"seed {seed}, step {step}: version {before} became {routes.Version}");
            if (routes.Image is { } image)
            {
                Assert.Equal(await StoredAsync(image.Version), Served(image));
            }
        }

        await routes.PollAsync(CancellationToken.None);

        Assert.Equal(await Database.ScalarAsync<long>("select version from endpoint_sync.state"), routes.Version.Value);
    }

    private async Task EditAsync(Random random, List<RoutePublication> sent)
    {
        var name = $"e{random.Next(MostEndpoints)}";
        var edit = random.Next(4) switch
        {
            0 => $"delete from fastapi_endpoint where name = '{name}'",
            1 => $"update fastapi_endpoint set active = not active, registry_sync = false where name = '{name}'",
            _ => $"update fastapi_endpoint set root_path = '/{name}/{random.Next()}', registry_sync = false where "
                + $"name = '{name}'",
        };
        await Database.ExecuteAsync(edit);
        if (await Database.ScalarAsync<bool>($"select not exists (select from fastapi_endpoint where name = '{name}')"))
        {
            await Database.AddEndpointAsync(name, $"/{name}/{random.Next()}");
        }

        sent.Add(await ReloadAsync());
    }

    private static RoutePublication Message(Random random, List<RoutePublication> sent)
    {
        var any = sent[random.Next(sent.Count)];
        var other = sent[random.Next(sent.Count)];
        return random.Next(4) switch
        {
            0 => any with { Delta = null },
            1 => any.Then(other),
            _ => sent[^(1 + random.Next(Math.Min(3, sent.Count)))],
        };
    }
}
