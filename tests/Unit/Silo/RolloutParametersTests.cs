using EndpointSync.Silo.Api;

namespace EndpointSync.Tests.Unit.Silo;

public sealed class RolloutParametersTests
{
    [Fact]
    public void Rings_alone_are_watched_for_half_a_minute_by_the_usual_rules()
    {
        Dictionary<string, string[]>? errors = null;

        Assert.True(new RolloutParameters("canary, rest").TryRead("somebody", out var order, ref errors));

        Assert.Equal(["canary", "rest"], order.Rings);
        Assert.Equal(
            (TimeSpan.FromSeconds(30), "miss>1%|error>1%|problem", "somebody"), (order.Hold, order.AbortOn, order.By));
        Assert.False(new RolloutParameters().IsGiven);
    }

    [Theory]
    [InlineData("ca nary", null, null, "rings", "'ca nary' is not a ring, which has 1 to 40 letters")]
    [InlineData("canary,,rest", null, null, "rings", "'' is not a ring")]
    [InlineData("", null, null, "rings", "'' is not a ring")]
    [InlineData("canary,canary", null, null, "rings", "must name up to 10 rings, each once")]
    [InlineData("1,2,3,4,5,6,7,8,9,10,11", null, null, "rings", "must name up to 10 rings")]
    [InlineData(null, "1s", null, "rings", "hold and abortOn need rings")]
    [InlineData("canary", "2h", null, "hold", "'2h' is not a time between 1s and 1 hour")]
    [InlineData("canary", "61m", null, "hold", "between 1s and 1 hour")]
    [InlineData("canary", "500ms", null, "hold", "between 1s and 1 hour")]
    [InlineData("canary", null, "", "abortOn", "'' is not one to three of miss>1%")]
    [InlineData("canary", null, "miss>1", "abortOn", "'miss>1' is not one to three of")]
    public void What_nobody_can_mean_is_refused_with_the_reason(
        string? rings, string? hold, string? abortOn, string field, string reason)
    {
        Dictionary<string, string[]>? errors = null;

        Assert.False(new RolloutParameters(rings, hold, abortOn).TryRead("somebody", out _, ref errors));

        var (found, texts) = Assert.Single(errors);
        Assert.Equal(field, found);
        Assert.Contains(reason, texts[0], StringComparison.Ordinal);
        Assert.EndsWith("nothing was reloaded", texts[0], StringComparison.Ordinal);
    }
}
