using System.Text.Json.Serialization;
using EndpointSync.Core;
using EndpointSync.Wire;

namespace EndpointSync.Worker.Snapshots;

/// <summary>One version's routes in a file.</summary>
/// <param name="Registry">The registry.</param>
/// <param name="Version">The version.</param>
/// <param name="Hash">The hash of its routes, in hexadecimal digits.</param>
/// <param name="Routes">The routes.</param>
internal sealed record Snapshot(string Registry, long Version, string Hash, IReadOnlyList<SnapshotRoute> Routes)
{
    public static Snapshot Of(string registry, RouteImage image) =>
        new(
            registry, image.Version.Value, image.Hash.ToString(),
            [.. image.Routes.OrderBy(route => route.Key, StringComparer.Ordinal).Select(SnapshotRoute.Of)]);

    /// <exception cref="InvalidDataException">The routes do not match their hash, or one is null.</exception>
    /// <exception cref="FormatException">A hash is malformed.</exception>
    public RouteImage ToImage()
    {
        var hash = SnapshotRoute.Read(Hash);
        PublishedRoute[] routes = [.. Routes.Select(Check).Select(route => route.ToRoute())];
        return RouteImage.Empty.TryReplace(new RouteVersion(Version), hash, routes, out var image, out var reason)
            ? image
            : throw new InvalidDataException($"Its content contradicts itself: {reason}.");
    }

    // A deserialized list may contain nulls despite its type.
    private static SnapshotRoute Check(SnapshotRoute? route) => route switch
    {
        null => throw new InvalidDataException("One of its routes is null."),
        _ when route.Rules.Concat(route.Methods).Any(text => text is null) =>
            throw new InvalidDataException($"A rule or method of its route '{route.Key}' is null."),
        _ => route,
    };
}

/// <summary>A route in a file.</summary>
internal sealed record SnapshotRoute(
    string Key, IReadOnlyList<string> Rules, IReadOnlyList<string> Methods, string? App, string Hash, string? Problem)
{
    public static SnapshotRoute Of(PublishedRoute route) =>
        new(route.Key, route.Rules, route.Methods, route.App, route.Hash.ToString(), route.Problem);

    public static ContentHash Read(string hash) => Convert.FromHexString(hash) is { Length: 32 } bytes
        ? ContentHash.From(bytes)
        : throw new FormatException($"'{hash}' is not a hash.");

    public PublishedRoute ToRoute() =>
        new() { Key = Key, Rules = Rules, Methods = Methods, App = App, Hash = Read(Hash), Problem = Problem };
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(Snapshot))]
internal sealed partial class SnapshotJson : JsonSerializerContext;
