using System.Text.Json;
using System.Text.Json.Nodes;

namespace EndpointSync.Grains.Sync.Planning;

/// <summary>
/// The row that stores an endpoint's rules: the one that OCA's <c>endpoint_route_handler</c> would write for the same
/// endpoint.
/// </summary>
internal static class ExpectedRoute
{
    /// <summary>The parts of a row's key before and after the endpoint's id.</summary>
    public const string KeyPrefix = "fastapi.endpoint:";
    public const string KeySuffix = ":/|/" + PathConverter;

    private const string PathConverter = "<path:application_path>";

    /// <summary>The value of the options column.</summary>
    public const string Opts =
        """
        {"handler": {"klass_dotted_path": "odoo.addons.endpoint_route_handler.controllers.main.EndpointNotFoundController", "method_name": "auto_not_found"}}
        """;

    private static readonly string[] Methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"];

    private static readonly string MethodsJson = PythonJson.List(Methods);

    private static readonly JsonDocumentOptions EachFieldOnce = new() { AllowDuplicateProperties = false };

    /// <summary>The row for an endpoint.</summary>
    /// <param name="endpointId">The endpoint's id.</param>
    /// <param name="rootPath">Its root path, as <see cref="RootPath.TryNormalize"/> returns it.</param>
    /// <param name="saveHttpSession">Whether Odoo keeps the HTTP session of its requests.</param>
    public static RouteRow For(int endpointId, string rootPath, bool saveHttpSession)
    {
        var rules = RulesOf(rootPath);
        return new RouteRow(KeyOf(endpointId), RouteOf(rootPath), Opts, RoutingJson(rules, saveHttpSession));
    }

    /// <summary>
    /// Whether Odoo stores the rules of a root path under the endpoint's usual key. It makes the key by removing the
    /// path from the rules, wherever it occurs.
    /// </summary>
    public static bool HasUsualKey(string rootPath) =>
        $":{RouteOf(rootPath).Replace(rootPath, "", StringComparison.Ordinal)}" == KeySuffix;

    /// <summary>The value of the route column for an endpoint with a root path.</summary>
    public static string RouteOf(string rootPath) => string.Join('|', RulesOf(rootPath));

    /// <summary>
    /// Whether a stored row equals an expected one. JSON is compared by value, because every writer spells it
    /// differently.
    /// </summary>
    /// <param name="expected">The expected row.</param>
    /// <param name="stored">The stored row.</param>
    /// <param name="needsReadonly">
    /// Whether the routing needs its field "readonly". Odoo 18 cannot serve a row without it; Odoo 16 and 17 do not
    /// know it, leave it out, and would write every row again that has it.
    /// </param>
    public static bool Matches(RouteRow expected, RouteRow stored, bool needsReadonly = true) =>
        stored.Key == expected.Key
            && stored.Route == expected.Route
            && SameJson(expected.Opts, stored.Opts, needsReadonly)
            && SameJson(expected.Routing, stored.Routing, needsReadonly);

    /// <summary>
    /// Whether a row has the rules that Odoo's workers make of an endpoint's root path, even if it cannot be routed.
    /// </summary>
    public static bool IsMadeByOdoo(EndpointRow endpoint, RouteRow stored) =>
        stored.Route == RouteOf(endpoint.RootPath);

    /// <summary>The rules of an endpoint with a root path.</summary>
    public static string[] RulesOf(string rootPath) => [$"{rootPath}/", $"{rootPath}/{PathConverter}"];

    // The key does not contain the root path, so that a row keeps its key when the root path is edited.
    private static string KeyOf(int endpointId) => $"{KeyPrefix}{endpointId}{KeySuffix}";

    /// <summary>The value of the routing column for a root path that needs no escapes in JSON.</summary>
    public static string RoutingOf(string rootPath, bool saveHttpSession) =>
        RoutingJson(RulesOf(rootPath), saveHttpSession);

    private static string RoutingJson(string[] rules, bool saveHttpSession) =>
        $$"""
        {"type": "fastapi", "auth": "public", "methods": {{MethodsJson}}, "routes": {{PythonJson.List(rules)}}, "save_session": {{(saveHttpSession ? "true" : "false")}}, "readonly": false}
        """;

    // Text that is not JSON differs. So does JSON that readers take differently: with a field twice, or with half of a
    // surrogate pair, which is noticed only when the text is compared.
    private static bool SameJson(string? expected, string? stored, bool needsReadonly)
    {
        if (stored == expected)
        {
            return true;
        }

        try
        {
            return Parse(expected) is { } left
                && Parse(stored) is { } right
                && (JsonNode.DeepEquals(left, right)
                    || (!needsReadonly && JsonNode.DeepEquals(WithoutDefaults(left), WithoutDefaults(right))));
        }
        catch (Exception unreadable) when (unreadable is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    private static JsonNode? Parse(string? json) =>
        json is null ? null : JsonNode.Parse(json, documentOptions: EachFieldOnce);

    // Odoo 16 and 17 do not know "readonly" and leave it out. Its value there is false.
    private static JsonNode WithoutDefaults(JsonNode node)
    {
        if (node is JsonObject fields
            && fields["readonly"] is JsonValue value
            && value.TryGetValue<bool>(out var isReadonly)
            && !isReadonly)
        {
            fields.Remove("readonly");
        }

        return node;
    }
}
