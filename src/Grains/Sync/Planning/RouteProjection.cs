using System.Text.Json;
using EndpointSync.Wire;

namespace EndpointSync.Grains.Sync.Planning;

/// <summary>
/// Turns a stored row into the route that is served. Like Odoo's readers it takes rules and methods from the routing
/// JSON, not from the route column.
/// </summary>
internal static class RouteProjection
{
    /// <summary>
    /// The longest routing that is carried to workers. Anybody may write a row, and a row that fits into no message
    /// would keep every worker from its version.
    /// </summary>
    public const int MostCharacters = 64 * 1024;

    private static readonly string[] None = [];

    public static PublishedRoute Publish(StoredRoute stored)
    {
        try
        {
            if (stored.Routing?.Length > MostCharacters)
            {
                throw new FormatException(
                    $"it has {stored.Routing.Length:N0} characters, and {MostCharacters:N0} is the limit");
            }

            using var routing = JsonDocument.Parse(stored.Routing ?? "null");
            return new PublishedRoute
            {
                Key = stored.Key,
                Rules = Texts(routing.RootElement, "routes") ?? throw new FormatException("it has no list of routes"),
                Methods = Texts(routing.RootElement, "methods") ?? None,
                App = stored.App,
                Hash = stored.Hash,
            };
        }
        catch (Exception unreadable) when (unreadable is JsonException or FormatException or InvalidOperationException)
        {
            return new PublishedRoute
            {
                Key = stored.Key,
                Rules = None,
                Methods = None,
                App = stored.App,
                Hash = stored.Hash,
                Problem = $"its routing cannot be read: {unreadable.Message}",
            };
        }
    }

    public static PublishedChange Publish(RouteChange change) =>
        new(change.Key, change.After is { } after ? Publish(after) : null);

    private static string[]? Texts(JsonElement routing, string field)
    {
        if (routing.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException("it is not a JSON object");
        }

        if (!routing.TryGetProperty(field, out var list) || list.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        return list.ValueKind == JsonValueKind.Array
            && list.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String)
            ? [.. list.EnumerateArray().Select(item => item.GetString()!)]
            : throw new FormatException($"its {field} are not a list of strings");
    }
}
