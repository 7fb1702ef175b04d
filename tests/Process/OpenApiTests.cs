using System.Text.Json.Nodes;
using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Postgres;

namespace EndpointSync.Tests.Process;

/// <summary>The description of the API that a real silo serves.</summary>
public sealed class OpenApiTests(ClientCluster cluster) : IClassFixture<ClientCluster>
{
    private static readonly string Committed =
        Path.Combine(RepositoryRoot.Find(AppContext.BaseDirectory)!, "docs", "reference", "openapi.json");

    [Fact]
    public async Task The_committed_description_is_the_one_that_a_silo_serves()
    {
        var served = await ReadAsync();
        var saved = Path.Combine(AppContext.BaseDirectory, "openapi.json");
        await File.WriteAllTextAsync(saved, served, TestContext.Current.CancellationToken);

        Assert.True(
            File.Exists(Committed)
                && served == await File.ReadAllTextAsync(Committed, TestContext.Current.CancellationToken),
            $"The API has changed. Review it, and keep its description: cp {saved} {Committed}");
    }

    [Fact]
    public async Task Every_operation_has_a_name_of_its_own_a_summary_and_answers_with_schemas()
    {
        var operations = Operations(JsonNode.Parse(await ReadAsync())!).ToList();

        Assert.Equal(32, operations.Count);
        Assert.Distinct(operations.Select(operation => $"{operation["operationId"]}"));
        Assert.All(operations, operation =>
        {
            Assert.NotEqual("", $"{operation["operationId"]}");
            Assert.NotEqual("", $"{operation["summary"]}");
            Assert.StartsWith("For the role ", $"{operation["description"]}", StringComparison.Ordinal);
            var answers = operation["responses"]!.AsObject();
            Assert.Contains(answers, answer => answer.Key[0] == '2');
            Assert.All(
                answers.Where(answer => answer.Key is not ("204" or "304")),
                answer => Assert.All(answer.Value!["content"]!.AsObject(), Described));
            Assert.Superset(
                new HashSet<string> { "400", "401", "403", "404", "429", "500", "503" },
                answers.Select(answer => answer.Key).ToHashSet());
        });
    }

    [Fact]
    public async Task Every_operation_asks_for_a_bearer_key()
    {
        var document = JsonNode.Parse(await ReadAsync())!;

        Assert.Equal("bearer", $"{document["components"]!["securitySchemes"]!["bearer"]!["scheme"]}");
        Assert.NotNull(document["security"]![0]!["bearer"]);
        Assert.All(Operations(document), operation => Assert.Null(operation["security"]));
    }

    [Fact]
    public async Task Only_a_request_may_have_no_unknown_names()
    {
        var schemas = JsonNode.Parse(await ReadAsync())!["components"]!["schemas"]!.AsObject();

        Assert.Equal(
            ["ApiKeyDraft", "EndpointEdit", "Rollback"],
            schemas.Where(schema => schema.Value!["additionalProperties"]?.GetValue<bool>() is false)
                .Select(schema => schema.Key));
    }

    private static void Described(KeyValuePair<string, JsonNode?> content)
    {
        var schema = content.Value!["schema"];
        Assert.True(schema?["$ref"] is not null || schema?["type"] is not null, $"{content.Key} has no schema");
    }

    private static IEnumerable<JsonNode> Operations(JsonNode document) =>
        document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject()).Select(operation => operation.Value!);

    private async Task<string> ReadAsync()
    {
        using var http = new HttpClient { BaseAddress = cluster.Silos.Silos[0].Address };
        return await http.GetStringAsync(
            new Uri("openapi/v1.json", UriKind.Relative), TestContext.Current.CancellationToken);
    }
}
