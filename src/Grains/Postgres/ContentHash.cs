using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace EndpointSync.Grains.Postgres;

/// <summary>
/// A fingerprint of a route table that any language can compute: the exclusive or of each route's SHA-256. It does not depend on the order of
/// the routes, and a change costs what the changed routes cost. It finds accidents, such as a receiver that missed a change; it is no signature.
/// </summary>
internal readonly struct ContentHash(byte[] value)
{
    public const int Size = 32;

    public byte[] Value { get; } = value;

    public ContentHash Toggle(StoredRoute? route)
    {
        if (route is null)
        {
            return this;
        }

        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(Canonical(route)));
        for (var index = 0; index < Size; index++)
        {
            hash[index] ^= Value[index];
        }

        return new ContentHash(hash);
    }

    // Every field with its length in bytes before it, so that no two routes are written alike; "-" is null.
    private static string Canonical(StoredRoute route) =>
        Field(route.Key) + Field(route.Route) + Field(route.Opts) + Field(route.Routing) + Field(route.RouteGroup);

    private static string Field(string? text) =>
        text is null ? "-" : string.Create(CultureInfo.InvariantCulture, $"{Encoding.UTF8.GetByteCount(text)}:{text}");
}
