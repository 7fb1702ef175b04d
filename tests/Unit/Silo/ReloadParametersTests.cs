using EndpointSync.Silo.Api;

namespace EndpointSync.Tests.Unit.Silo;

public sealed class ReloadParametersTests
{
    [Fact]
    public void Without_parameters_a_reload_waits_for_nothing()
    {
        Assert.True(ReloadParameters.TryRead(null, null, null, null, null, out var read, out _));

        Assert.Equal((WaitFor.Nobody, TimeSpan.Zero), (read.WaitFor, read.LockTimeout));
    }

    [Theory]
    [InlineData("wait", "10s", 10)]
    [InlineData("Wait", null, 5)]
    [InlineData("wait", "0s", 0)]
    [InlineData("skip", "10s", 0)]
    [InlineData(null, "10s", 0)]
    public void A_reload_waits_for_a_busy_lock_only_on_request(string? busyLock, string? timeout, int seconds)
    {
        Assert.True(ReloadParameters.TryRead("workers", busyLock, timeout, null, null, out var read, out _));

        Assert.Equal((WaitFor.Workers, TimeSpan.FromSeconds(seconds)), (read.WaitFor, read.LockTimeout));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("queue")]
    [InlineData("skip,wait")]
    public void Any_other_lock_parameter_is_refused_with_its_value(string busyLock)
    {
        Assert.False(ReloadParameters.TryRead(null, busyLock, null, null, null, out _, out var errors));

        Assert.Equal($"'{busyLock}' is neither skip nor wait; nothing was reloaded", Assert.Single(errors["lock"]));
    }

    [Theory]
    [InlineData("silos", WaitFor.Silos)]
    [InlineData("Workers", WaitFor.Workers)]
    public void A_reload_waits_for_the_subscribers_that_are_named(string wait, WaitFor waitFor)
    {
        Assert.True(ReloadParameters.TryRead(wait, null, null, null, null, out var read, out _));

        Assert.Equal(waitFor, read.WaitFor);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nobody")]
    [InlineData("1")]
    [InlineData("silo")]
    [InlineData("silos ")]
    [InlineData("silos,workers")]
    [InlineData("silos,silos")]
    public void Any_other_wait_parameter_is_refused_with_the_accepted_values(string wait)
    {
        Assert.False(ReloadParameters.TryRead(wait, null, null, null, null, out _, out var errors));

        Assert.Equal($"'{wait}' is neither silos nor workers; nothing was reloaded", Assert.Single(errors["wait"]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("yes")]
    [InlineData("true,true")]
    public void Any_other_permission_to_remove_routes_is_refused_with_the_accepted_values(string allowed)
    {
        Assert.False(ReloadParameters.TryRead(null, null, null, allowed, null, out _, out var errors));

        Assert.Equal(
            $"'{allowed}' is neither false nor true; nothing was reloaded",
            Assert.Single(errors["allowMassRemoval"]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("5s,5s")]
    [InlineData("5")]
    [InlineData("61s")]
    [InlineData("-1s")]
    [InlineData("10")]
    public void A_timeout_beyond_a_minute_is_refused_with_its_value(string timeout)
    {
        Assert.False(ReloadParameters.TryRead(null, "wait", timeout, null, null, out _, out var errors));

        Assert.Contains($"'{timeout}'", Assert.Single(errors["timeout"]), StringComparison.Ordinal);
    }
}
