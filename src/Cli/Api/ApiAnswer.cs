using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace EndpointSync.Cli.Api;

/// <summary>What the API answered.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Text">The body, unchanged.</param>
internal sealed record ApiAnswer(HttpStatusCode Status, string Text)
{
    public bool IsSuccess => (int)Status is >= 200 and < 300;

    /// <exception cref="JsonException">
    /// The body has another shape: the address is not a silo's, or the silo has another version.
    /// </exception>
    public T Read<T>() => Read<T>(Text);

    /// <inheritdoc cref="Read{T}()" />
    public static T Read<T>(string text) =>
        JsonSerializer.Deserialize(text, (JsonTypeInfo<T>)ApiJson.Default.GetTypeInfo(typeof(T))!)
        ?? throw new JsonException("The body is null.");
}
