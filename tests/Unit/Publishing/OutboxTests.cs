using EndpointSync.Grains.Publishing;
using EndpointSync.Publishing;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Unit.Publishing;

public sealed class OutboxTests : IDisposable
{
    private readonly List<RoutePublication> _sent = [];
    private readonly SemaphoreSlim _arrived = new(0);
    private readonly SemaphoreSlim _gate = new(0);

    [Fact]
    public async Task While_one_message_is_under_way_those_that_come_become_one_with_all_that_leads_to_the_newest()
    {
        var outbox = new Outbox(SendAsync);
        outbox.Post(Step(1, "a"));
        await _arrived.WaitAsync().Within("the first message under way");
        outbox.Post(Step(2, "b"));
        outbox.Post(Step(3, "c"));
        outbox.Post(Step(4, "b"));
        _gate.Release(2);
        await _arrived.WaitAsync().Within("the second message under way");

        Assert.Equal([1L, 4L], _sent.Select(publication => publication.Version.Value));
        Assert.Equal((1L, 4L), (_sent[1].Delta!.From.Value, _sent[1].Delta!.To.Value));
        Assert.Equal(["b", "c"], _sent[1].Delta!.Changes.Select(change => change.Key).Order());
    }

    [Fact]
    public void Two_publications_become_the_newer_one_whatever_their_order()
    {
        Assert.Equal(7, Step(7, "a").Then(Step(3, "b")).Version.Value);
        Assert.Equal(7, Step(3, "b").Then(Step(7, "a")).Version.Value);
        Assert.Equal(6, Step(3, "b").Then(Step(7, "a")).Delta!.From.Value);
    }

    public void Dispose()
    {
        _arrived.Dispose();
        _gate.Dispose();
    }

    private async Task SendAsync(RoutePublication publication)
    {
        _sent.Add(publication);
        _arrived.Release();
        await _gate.WaitAsync();
    }

    private static RoutePublication Step(long version, string key) =>
        new("r", new RouteDelta(new RouteVersion(version - 1), new RouteVersion(version), default, [new PublishedChange(key, null)]));
}
