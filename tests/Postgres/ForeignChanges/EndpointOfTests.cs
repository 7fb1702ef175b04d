using EndpointSync.Grains.Sync.Planning;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Postgres.ForeignChanges;

public sealed class EndpointOfTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    [Theory]
    [InlineData("fastapi.endpoint:7:/|/<path:application_path>")]
    [InlineData("fastapi.endpoint:2147483647:")]
    [InlineData("fastapi.endpoint:2147483648:")]
    [InlineData("fastapi.endpoint:9999999999:/")]
    [InlineData("fastapi.endpoint:12345678901:/")]
    [InlineData("fastapi.endpoint:99999999999999999999999:/")]
    [InlineData("fastapi.endpoint:7")]
    [InlineData("fastapi.endpoint:1234567890")]
    [InlineData("fastapi.endpoint:12345678901")]
    [InlineData("fastapi.endpoint:")]
    [InlineData("fastapi.endpoint::7:")]
    [InlineData("fastapi.endpoint:07:/")]
    [InlineData("fastapi.endpoint:0:/")]
    [InlineData("fastapi.endpoint:+7:/")]
    [InlineData("fastapi.endpoint:-7:/")]
    [InlineData("fastapi.endpoint: 7:/")]
    [InlineData("fastapi.endpoint:7 :/")]
    [InlineData("fastapi.endpoint:7a:/")]
    [InlineData("fastapi.endpoint:²:/")]
    [InlineData("fastapi.endpoint:1²:/")]
    [InlineData("fastapi.endpoint:١:/")]
    [InlineData("fastapi.endpoint:7/:8:/")]
    [InlineData("FASTAPI.endpoint:7:/")]
    [InlineData("xfastapi.endpoint:7:/")]
    [InlineData("fastapi_endpoint:7:/")]
    [InlineData("")]
    public async Task The_database_and_the_planner_read_the_same_endpoint_from_a_key(string key)
    {
        var id = await database.ScalarAsync<object>($"select endpoint_sync.endpoint_of('{key}')");

        Assert.Equal((long?)RouteRow.EndpointIdOf(key), id as long?);
    }
}
