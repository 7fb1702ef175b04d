using System.Net;
using System.Text.Json;

namespace EndpointSync.Cli;

/// <summary>What the API answered.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Text">The body, unchanged.</param>
internal sealed record ApiAnswer(HttpStatusCode Status, string Text)
{
    public bool IsSuccess => (int)Status is >= 200 and < 300;

    /// <exception cref="JsonException">
    /// The body has another shape: the address is not a silo's, or the silo has another version.
    /// </exception>
    public T Read<T>() =>
        JsonSerializer.Deserialize<T>(Text, SiloApi.Json) ?? throw new JsonException("The body is null.");
}
