using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using EndpointSync.Cli.Api;
using EndpointSync.Tools.Postgres;

namespace EndpointSync.Tests.Unit.Cli;

/// <summary>What the command line asks for and reads, compared with the description of the API.</summary>
public sealed class OperationsTests
{
    private static readonly JsonNode Document = JsonNode.Parse(File.ReadAllText(Path.Combine(
        RepositoryRoot.Find(AppContext.BaseDirectory)!, "docs", "reference", "openapi.json")))!;

    private static readonly ApiOperation[] All =
    [
        .. typeof(Operations).GetProperties(BindingFlags.Public | BindingFlags.Static)
            .Select(property => (ApiOperation)property.GetValue(null)!),
    ];

    public static TheoryData<string> Described =>
        [.. All.Select(NameOf)];

    [Theory]
    [MemberData(nameof(Described))]
    public void An_operation_that_a_command_uses_is_described_with_its_parameters(string name)
    {
        var operation = All.Single(one => NameOf(one) == name);
        var described = Find(operation);

        Assert.True(described is not null, $"The document has no {name}.");
        var parameters = described["parameters"]?.AsArray().Select(one => $"{one!["name"]}").ToHashSet() ?? [];
        Assert.Superset(operation.Parameters.ToHashSet(), parameters);
    }

    [Theory]
    [MemberData(nameof(Described))]
    public void Every_field_that_a_command_reads_or_sends_is_described_with_its_type(string name)
    {
        var operation = All.Single(one => NameOf(one) == name);
        var described = Find(operation)!;

        if (operation.Answer is { } answer)
        {
            var success = described["responses"]!.AsObject().First(one => one.Key[0] == '2').Value!;
            Assert.Equal([], Missing(answer, success["content"]!["application/json"]!["schema"]!, answer.Name));
        }

        if (operation.Body is { } body)
        {
            Assert.Equal(
                [], Missing(body, described["requestBody"]!["content"]!["application/json"]!["schema"]!, body.Name));
        }
    }

    private static string NameOf(ApiOperation operation) => $"{operation.Method} {operation.Path}";

    private static JsonNode? Find(ApiOperation operation) =>
        Document["paths"]![operation.Path]?[operation.Method.Method.ToLowerInvariant()];

    private static IEnumerable<string> Missing(Type type, JsonNode schema, string path)
    {
        schema = Resolve(schema);
        type = Nullable.GetUnderlyingType(type) ?? type;
        var info = ApiOrWire(type);
        if (info.Kind == JsonTypeInfoKind.Enumerable)
        {
            return Types(schema).Contains("array")
                ? Missing(info.ElementType!, schema["items"]!, $"{path}[]")
                : [$"{path} is no array"];
        }

        if (info.Kind != JsonTypeInfoKind.Object)
        {
            return Types(schema).Contains(JsonTypeOf(type)) ? [] : [$"{path} is no {JsonTypeOf(type)}: {schema}"];
        }

        return info.Properties.SelectMany(property => schema["properties"]?[property.Name] is { } found
            ? Missing(property.PropertyType, found, $"{path}.{property.Name}")
            : [$"{path}.{property.Name} is absent"]);
    }

    private static JsonTypeInfo ApiOrWire(Type type) => ApiJson.Default.GetTypeInfo(type)
        ?? throw new InvalidOperationException($"{type} is not generated.");

    private static string[] Types(JsonNode schema) => schema["type"] switch
    {
        JsonArray several => [.. several.Select(one => $"{one}")],
        null => schema["enum"] is null ? ["any"] : ["string"],
        { } one => [$"{one}"],
    };

    private static string JsonTypeOf(Type type) =>
        type == typeof(bool) ? "boolean"
        : type == typeof(long) || type == typeof(int) ? "integer"
        : ApiOrWire(type).Kind == JsonTypeInfoKind.Dictionary ? "object"
        : "string";

    private static JsonNode Resolve(JsonNode schema)
    {
        var inner = schema["oneOf"]?.AsArray().Single(one => $"{one!["type"]}" != "null") ?? schema;
        return $"{inner["$ref"]}" is { Length: > 0 } reference
            ? Document["components"]!["schemas"]![reference.Split('/')[^1]]!
            : inner;
    }
}
