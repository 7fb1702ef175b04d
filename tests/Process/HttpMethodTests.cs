using System.Net;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Process;

public sealed class HttpMethodTests(ClientCluster cluster) : IClassFixture<ClientCluster>
{
    [Theory]
    [InlineData("api/v1/registries")]
    [InlineData("api/v1/registries/openspp")]
    [InlineData("api/v1/registries/openspp/routes")]
    [InlineData("api/v1/registries/openspp/endpoints")]
    public async Task What_can_be_read_answers_HEAD_as_GET_without_a_body(string path)
    {
        using var http = new HttpClient { BaseAddress = cluster.Silos.Silos[0].Address };
        using var request = new HttpRequestMessage(HttpMethod.Head, path);

        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }
}
