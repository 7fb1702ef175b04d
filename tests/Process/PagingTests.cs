using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Processes;

namespace EndpointSync.Tests.Process;

/// <summary>No answer has all of a long list. A real silo with 100,000 endpoints and their routes.</summary>
public sealed class PagingTests : IAsyncLifetime
{
    private const int Count = 100_000;
    private const int Step = 10_000;
    private const int Default = 1_000;
    private const int Highest = 10_000;

    // These are as long as the configuration, as what administrators made by hand, or as a bound in the code.
    private static readonly string[] Short =
    [
        "listRegistries", "getRegistry", "listWriters", "getVersion", "listGateways", "listKeys",
        "explainRequest", "getDoctorReport", "getRollout",
    ];

    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromMinutes(5) };
    private TestDatabase _database = null!;
    private SiloProcess _silo = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync();
        _silo = await SiloProcess.StartAsync(Fleet.Options(_database), Cancelled);
        _http.BaseAddress = new Uri(_silo.Address, "api/v1/registries/openspp/");
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _silo.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Long_lists_come_in_pages_that_have_every_entry_once()
    {
        // In steps, because a busy machine would not sync them all within one deadline.
        var newest = 0L;
        for (var first = 1; first < Count; first += Step)
        {
            await _database.ExecuteAsync(
                $"insert into fastapi_endpoint (name, root_path, app, active) select 'e' || n, '/p' || n, 'api', true "
                + $"from generate_series({first}, {first + Step - 1}) as n");
            using var reload = await _http.PostAsync(new Uri("reload", UriKind.Relative), null);
            Assert.True(reload.IsSuccessStatusCode, await reload.Content.ReadAsStringAsync(Cancelled));
            newest = (await reload.Content.ReadFromJsonAsync<JsonElement>(Cancelled)).GetProperty("version").GetInt64();
        }

        foreach (var (path, list, key) in new[]
        {
            ($"routes?version={newest}", "routes", "key"), ($"diff?from=0&to={newest}", "changes", "key"),
            ("endpoints?x=1", "endpoints", "id"),
        })
        {
            var first = await PageAsync(path);
            Assert.Equal(Default, first.GetProperty(list).GetArrayLength());
            using var tooMany = await _http.GetAsync(
                new Uri($"{path}&limit={Highest + 1}", UriKind.Relative), Cancelled);
            Assert.Equal(HttpStatusCode.BadRequest, tooMany.StatusCode);

            var keys = new List<string>();
            var pages = 0;
            string? next = "";
            while (next is not null)
            {
                var page = await PageAsync(
                    $"{path}&limit={Highest}" + (next.Length > 0 ? $"&cursor={Uri.EscapeDataString(next)}" : ""));
                keys.AddRange(page.GetProperty(list).EnumerateArray().Select(one => one.GetProperty(key).ToString()));
                next = page.GetProperty("next") is { ValueKind: not JsonValueKind.Null } cursor
                    ? cursor.ToString()
                    : null;
                pages++;
            }

            Assert.Equal((path, Count, Count, Count / Highest), (path, keys.Count, keys.Distinct().Count(), pages));
        }
    }

    [Fact]
    public async Task Every_list_of_the_description_has_pages_or_is_short()
    {
        var document = JsonNode.Parse(
            await _http.GetStringAsync(new Uri(_silo.Address, "openapi/v1.json"), Cancelled))!;
        var schemas = document["components"]!["schemas"]!;
        var lists = document["paths"]!.AsObject().Select(path => path.Value!["get"]).OfType<JsonNode>()
            .Where(operation => HasList(operation["responses"]!["200"]?["content"]?["application/json"]?["schema"]));
        var paged = lists.Where(operation => !Short.Contains($"{operation["operationId"]}")).ToList();

        Assert.Equal(
            [
                "diffVersions", "getPin", "listAudit", "listEndpoints", "listOverlaps", "listQuarantine", "listRoutes",
                "listSubscribers", "listVersions", "planReload",
            ],
            paged.Select(operation => $"{operation["operationId"]}").Order(StringComparer.Ordinal));
        Assert.All(paged, operation =>
        {
            var parameters = operation["parameters"]!.AsArray().Select(parameter => $"{parameter!["name"]}").ToList();
            Assert.Contains("cursor", parameters);
            Assert.Contains("limit", parameters);
            Assert.NotNull(Resolve(operation["responses"]!["200"]!["content"]!["application/json"]!["schema"]!)
                ["properties"]!["next"]);
        });

        bool HasList(JsonNode? schema) => schema is not null
            && ($"{Resolve(schema)["type"]}" == "array"
                || (Resolve(schema)["properties"]?.AsObject().Any(property => $"{property.Value!["type"]}".Contains(
                    "array", StringComparison.Ordinal)) ?? false));

        JsonNode Resolve(JsonNode schema) =>
            schema["$ref"] is { } reference ? schemas[$"{reference}".Split('/')[^1]]! : schema;
    }

    private async Task<JsonElement> PageAsync(string path)
    {
        using var answer = await _http.GetAsync(new Uri(path, UriKind.Relative), Cancelled);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Cancelled);
    }
}
