using EndpointSync.Silo.Health;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace EndpointSync.Tests.Unit.Silo;

public sealed class ClockCheckTests
{
    [Theory]
    [InlineData(0.9, HealthStatus.Healthy, "agrees")]
    [InlineData(-0.9, HealthStatus.Healthy, "agrees")]
    [InlineData(600, HealthStatus.Degraded, "00:10:00 ahead of the clock of the cluster's database")]
    [InlineData(-2, HealthStatus.Degraded, "00:00:02 behind the clock of the cluster's database")]
    public void A_clock_that_is_more_than_a_second_off_degrades_the_silo_and_is_named(
        double seconds, HealthStatus status, string text)
    {
        var result = ClockCheck.ResultOf(TimeSpan.FromSeconds(seconds));

        Assert.Equal(status, result.Status);
        Assert.Contains(text, result.Description, StringComparison.Ordinal);
    }
}
