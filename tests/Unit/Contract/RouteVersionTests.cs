using System.Text.Json;

namespace EndpointSync.Tests.Unit.Contract;

public sealed class RouteVersionTests
{
    [Fact]
    public void Versions_are_ordered_by_their_numbers()
    {
        var older = new RouteVersion(9);
        var newer = new RouteVersion(10);

        Assert.True(older < newer && newer > older && older <= newer && newer >= older);
        Assert.False(older > newer || newer < older || older >= newer || newer <= older);
        Assert.True(older <= new RouteVersion(9) && older >= new RouteVersion(9));
        Assert.Equal([older, newer], new[] { newer, older }.Order());
    }

    [Fact]
    public void None_is_zero_and_the_next_version_is_one_more()
    {
        Assert.Equal(new RouteVersion(0), RouteVersion.None);
        Assert.Equal(new RouteVersion(1), RouteVersion.None.Next);
    }

    [Fact]
    public void A_version_reads_as_its_digits() =>
        Assert.Equal("9223372036854775807", new RouteVersion(long.MaxValue).ToString());

    [Fact]
    public void A_version_is_a_number_in_json()
    {
        Assert.Equal(
            "[0,9223372036854775807]",
            JsonSerializer.Serialize(new[] { RouteVersion.None, new RouteVersion(long.MaxValue) }));
        Assert.Equal(new RouteVersion(42), JsonSerializer.Deserialize<RouteVersion>("42"));
    }

    [Theory]
    [InlineData("\"42\"")]
    [InlineData("1.5")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("9223372036854775808")]
    public void Json_other_than_a_whole_number_is_refused_as_a_version(string json) =>
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<RouteVersion>(json));

    [Fact]
    public void A_receipt_is_in_sync_only_if_nothing_is_left_to_do()
    {
        var receipt = new ReloadReceipt { Registry = "r", Outcome = ReloadOutcome.Synced };

        Assert.True(receipt.InSync);
        Assert.True((receipt with { Outcome = ReloadOutcome.UpToDate }).InSync);
        Assert.False((receipt with { EndpointsDeferred = 1 }).InSync);
        Assert.False((receipt with { Outcome = ReloadOutcome.UpToDate, EndpointsDeferred = 1 }).InSync);
        Assert.False((receipt with { Outcome = ReloadOutcome.Skipped }).InSync);
        Assert.False((receipt with { Outcome = ReloadOutcome.Failed }).InSync);
    }
}
