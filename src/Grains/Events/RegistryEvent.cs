using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace EndpointSync.Grains.Events;

/// <summary>
/// One event of a stream, encoded once for all watchers. docs/reference/http-api.md has the kinds and their data.
/// </summary>
internal sealed class RegistryEvent
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter() },
        // As the rest of the API. No page is made of it.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private RegistryEvent(EventCursor? cursor, string kind, string data)
    {
        Cursor = cursor;
        var id = cursor is null ? "" : $"id: {cursor}\n";
        Block = Encoding.UTF8.GetBytes($"{id}event: {kind}\ndata: {data}\n\n");
    }

    /// <summary>The place behind the event; null for a state that only this silo's memory has.</summary>
    public EventCursor? Cursor { get; }

    /// <summary>The event as server-sent events write it.</summary>
    public ReadOnlyMemory<byte> Block { get; }

    /// <summary>An event that the database keeps.</summary>
    /// <param name="registry">The registry's name.</param>
    /// <param name="cursor">The place behind it.</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="at">When it happened, by the database's clock.</param>
    /// <param name="data">Its data, a JSON object on one line.</param>
    public static RegistryEvent Stored(
        string registry, EventCursor cursor, string kind, DateTimeOffset at, string data) =>
        new(cursor, kind, WithOrigin(registry, at, JsonNode.Parse(data)!.AsObject()));

    /// <summary>A state as this silo sees it.</summary>
    /// <param name="registry">The registry's name.</param>
    /// <param name="kind">Its kind.</param>
    /// <param name="at">When this silo saw it.</param>
    /// <param name="state">What becomes its data.</param>
    /// <param name="cursor">The place at which the stream goes on, if the event moves it.</param>
    public static RegistryEvent Of<T>(
        string registry, string kind, DateTimeOffset at, T state, EventCursor? cursor = null) =>
        new(cursor, kind, WithOrigin(registry, at, JsonSerializer.SerializeToNode(state, Json)!.AsObject()));

    private static string WithOrigin(string registry, DateTimeOffset at, JsonObject data)
    {
        data.Insert(0, "registry", registry);
        data.Insert(1, "at", JsonSerializer.SerializeToNode(at));
        return data.ToJsonString(Json);
    }
}
