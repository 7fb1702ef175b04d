using System.Globalization;
using EndpointSync.Publishing;

namespace EndpointSync.Bench.Matching;

/// <summary>Routes as endpoints have them: numbered, each with a root path and all that is below it.</summary>
internal static class DeclaredRoutes
{
    private static readonly string[] Methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"];

    public static IEnumerable<PublishedRoute> Of(int size) => Enumerable.Range(0, size).Select(One);

    public static PublishedRoute One(int number)
    {
        var name = number.ToString(CultureInfo.InvariantCulture);
        return new PublishedRoute
        {
            Key = $"fastapi.endpoint:{name}:/|/<path:application_path>",
            Rules = [$"/api/{name}/", $"/api/{name}/<path:application_path>"],
            Methods = Methods,
            App = "api",
            Hash = ContentHash.Of(name),
        };
    }

    public static RouteImage Image(int size)
    {
        var routes = Of(size).ToList();
        var hash = routes.Aggregate(default(ContentHash), (sum, route) => sum ^ route.Hash);
        return RouteImage.Empty.TryReplace(new RouteVersion(1), hash, routes, out var image, out var reason) ? image : throw new InvalidOperationException(reason);
    }

    /// <summary>Paths that some of so many routes match, at random, the same in every run.</summary>
    public static string[] Paths(int size, int count)
    {
        var random = new Random(7);
        return [.. Enumerable.Range(0, count).Select(_ => string.Create(CultureInfo.InvariantCulture, $"/api/{random.Next(size)}/items/7"))];
    }
}
