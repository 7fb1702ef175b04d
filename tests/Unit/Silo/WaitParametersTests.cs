using EndpointSync.Silo.Api;

namespace EndpointSync.Tests.Unit.Silo;

public sealed class WaitParametersTests
{
    [Fact]
    public void Without_parameters_a_reload_waits_for_nothing()
    {
        Assert.True(WaitParameters.TryRead(null, null, null, out var read, out _));

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
        Assert.True(WaitParameters.TryRead("workers", busyLock, timeout, out var read, out _));

        Assert.Equal((WaitFor.Workers, TimeSpan.FromSeconds(seconds)), (read.WaitFor, read.LockTimeout));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    [InlineData("queue")]
    [InlineData("skip,wait")]
    public void Any_other_lock_parameter_is_refused_with_its_value(string busyLock)
    {
        Assert.False(WaitParameters.TryRead(null, busyLock, null, out _, out var errors));

        Assert.Equal($"'{busyLock}' is neither skip nor wait; nothing was reloaded", Assert.Single(errors["lock"]));
    }

    [Theory]
    [InlineData("61s")]
    [InlineData("-1s")]
    [InlineData("10")]
    public void A_timeout_beyond_a_minute_is_refused_with_its_value(string timeout)
    {
        Assert.False(WaitParameters.TryRead(null, "wait", timeout, out _, out var errors));

        Assert.Contains($"'{timeout}'", Assert.Single(errors["timeout"]), StringComparison.Ordinal);
    }
}
