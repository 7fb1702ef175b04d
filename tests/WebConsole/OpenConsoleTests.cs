using System.Net;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.WebConsole;

/// <summary>A silo without a credential, which only its own machine reaches.</summary>
public sealed class OpenConsoleTests
{
    [Fact]
    public async Task Nobody_signs_in_where_the_API_is_open_and_forms_need_their_token_all_the_same()
    {
        await using var fleet = await Fleet.StartAsync(silos: 1);
        using var client = new ConsoleClient(fleet.Silos.Silos[0].Address);
        using var page = await client.GetAsync("/");
        using var signIn = await client.GetAsync("/sign-in");
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.SeeOther), (page.StatusCode, signIn.StatusCode));

        using var foreign = await AddAsync(null);
        Assert.Equal((HttpStatusCode.BadRequest, 0L), (foreign.StatusCode, await EndpointsAsync()));
        using var own = await AddAsync(await client.TokenAsync($"/registries/{Fleet.Registry}/endpoints/new"));
        Assert.Equal((HttpStatusCode.SeeOther, 1L), (own.StatusCode, await EndpointsAsync()));

        Task<HttpResponseMessage> AddAsync(string? token) => client.PostAsync(
            $"/registries/{Fleet.Registry}/endpoints", token, ("name", "a"), ("rootPath", "/a"), ("app", "api"));
        Task<long> EndpointsAsync() => fleet.Database.ScalarAsync<long>("select count(*) from fastapi_endpoint");
    }
}
