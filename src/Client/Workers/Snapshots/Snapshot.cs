using System.Text.Json.Serialization;
using EndpointSync.Publishing;

namespace EndpointSync.Client.Workers.Snapshots;

/// <summary>One version's routes as a file has them.</summary>
/// <param name="Registry">The registry.</param>
/// <param name="Version">The version.</param>
/// <param name="Hash">The hash of its routes, in hexadecimal digits.</param>
/// <param name="Routes">The routes.</param>
internal sealed record Snapshot(string Registry, long Version, string Hash, IReadOnlyList<SnapshotRoute> Routes)
{
    public static Snapshot Of(string registry, RouteImage image) =>
        new(registry, image.Version.Value, image.Hash.ToString(), [.. image.Routes.OrderBy(route => route.Key, StringComparer.Ordinal).Select(SnapshotRoute.Of)]);

    /// <exception cref="InvalidDataException">The routes are not what their hash says, or one is null.</exception>
    /// <exception cref="FormatException">A hash is none.</exception>
    public RouteImage ToImage() =>
        RouteImage.Empty.TryReplace(new RouteVersion(Version), SnapshotRoute.Read(Hash), [.. Routes.Select(Check).Select(route => route.ToRoute())], out var image, out var reason)
            ? image
            : throw new InvalidDataException($"Its content contradicts itself: {reason}.");

    // What is in a list may be null, whatever its type says.
    private static SnapshotRoute Check(SnapshotRoute? route) => route switch
    {
        null => throw new InvalidDataException("One of its routes is null."),
        _ when route.Rules.Concat(route.Methods).Any(text => text is null) => throw new InvalidDataException($"A rule or method of its route '{route.Key}' is null."),
        _ => route,
    };
}

/// <summary>A route as a file has it.</summary>
internal sealed record SnapshotRoute(string Key, IReadOnlyList<string> Rules, IReadOnlyList<string> Methods, string? App, string Hash, string? Problem)
{
    public static SnapshotRoute Of(PublishedRoute route) => new(route.Key, route.Rules, route.Methods, route.App, route.Hash.ToString(), route.Problem);

    public static ContentHash Read(string hash) => Convert.FromHexString(hash) is { Length: 32 } bytes
        ? ContentHash.From(bytes)
        : throw new FormatException($"'{hash}' is no hash.");

    public PublishedRoute ToRoute() => new() { Key = Key, Rules = Rules, Methods = Methods, App = App, Hash = Read(Hash), Problem = Problem };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(Snapshot))]
internal sealed partial class SnapshotJson : JsonSerializerContext;
