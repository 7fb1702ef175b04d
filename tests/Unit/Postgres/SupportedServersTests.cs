using EndpointSync.Grains.Postgres;

namespace EndpointSync.Tests.Unit.Postgres;

public sealed class SupportedServersTests
{
    [Fact]
    public void A_server_that_is_too_old_is_refused_by_its_version() =>
        Assert.Equal(
            "Database 'openspp' is on PostgreSQL 12.22: EndpointSync needs 13 or newer, and is tested up to 18. "
            + "Upgrade the server.",
            SupportedServers.RefusalOf(new Version(12, 22), "openspp"));

    [Theory]
    [InlineData("13.0", false)]
    [InlineData("18.4", false)]
    [InlineData("19.0", true)]
    public void A_server_of_another_version_is_used_and_a_newer_one_is_untested(string version, bool isUntested)
    {
        Assert.Null(SupportedServers.RefusalOf(new Version(version), "openspp"));
        Assert.Equal(isUntested, SupportedServers.IsUntested(new Version(version)));
    }
}
