using System.Text.Json;
using System.Text.Json.Serialization;

namespace EndpointSync;

/// <summary>Writes a route version as a plain JSON number.</summary>
internal sealed class RouteVersionJsonConverter : JsonConverter<RouteVersion>
{
    public override RouteVersion Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        new(reader.GetInt64());

    public override void Write(Utf8JsonWriter writer, RouteVersion value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(value.Value);
}
