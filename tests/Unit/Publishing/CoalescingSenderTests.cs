using EndpointSync.Core;
using EndpointSync.Tests.Testing;
using EndpointSync.Wire;

namespace EndpointSync.Tests.Unit.Publishing;

public sealed class CoalescingSenderTests : IDisposable
{
    private readonly List<RoutePublication> _sent = [];
    private readonly SemaphoreSlim _arrived = new(0);
    private readonly SemaphoreSlim _gate = new(0);

    [Fact]
    public async Task Messages_posted_while_one_is_under_way_become_one_that_leads_to_the_newest()
    {
        var sender = new CoalescingSender<RoutePublication>(SendAsync, static (waiting, next) => waiting.Then(next));
        sender.Post(Step(1, "a"));
        await _arrived.WaitAsync().Within("the first message under way");
        sender.Post(Step(2, "b"));
        sender.Post(Step(3, "c"));
        sender.Post(Step(4, "b"));
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
        new(
            "r",
            new RouteDelta(
                new RouteVersion(version - 1), new RouteVersion(version), default, [new PublishedChange(key, null)]));
}
