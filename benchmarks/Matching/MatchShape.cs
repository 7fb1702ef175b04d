using System.Globalization;
using System.Text;
using EndpointSync.Core;
using EndpointSync.Wire;

namespace EndpointSync.Bench.Matching;

/// <summary>What routes and the paths that are asked of them are like; {0} stands for a route's number.</summary>
/// <param name="Name">The last part of the comparison's name.</param>
/// <param name="Title">What is asked for, in words.</param>
/// <param name="Rules">The rules of each route, in Werkzeug's syntax.</param>
/// <param name="Path">The path that is asked for.</param>
internal sealed record MatchShape(string Name, string Title, IReadOnlyList<string> Rules, string Path)
{
    private static readonly string[] Methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"];
    private static readonly string[] OfEndpoints = ["/api/{0}/", "/api/{0}/<path:application_path>"];

    private readonly CompositeFormat _path = CompositeFormat.Parse(Path);

    /// <summary>As endpoints have routes: a root path, and all that is below it.</summary>
    public static MatchShape Below { get; } = new(
        "path", "all that is below a root path", OfEndpoints, "/api/{0}/items/7");

    public static MatchShape Static { get; } = new("static", "a path without variables", OfEndpoints, "/api/{0}/");

    public static MatchShape Number { get; } = new(
        "number", "a path with a number in it", ["/api/{0}/items/<int:id>"], "/api/{0}/items/7");

    public static MatchShape Miss { get; } = new(
        "miss", "a path that no route has", OfEndpoints, "/api/{0}x/items/7")
    { IsFound = false };

    public static MatchShape OtherMethod { get; } = new(
        "method", "a path with a method that its route does not answer (405)", OfEndpoints,
        "/api/{0}/items/7")
    { Method = "TRACE" };

    public string Method { get; private init; } = "GET";

    /// <summary>Whether a route has the path, be it for another method.</summary>
    public bool IsFound { get; private init; } = true;

    public IEnumerable<PublishedRoute> Routes(int size) => Enumerable.Range(0, size).Select(Route);

    public PublishedRoute Route(int number)
    {
        var name = number.ToString(CultureInfo.InvariantCulture);
        return new PublishedRoute
        {
            Key = $"fastapi.endpoint:{name}:/|/<path:application_path>",
            Rules = [.. Rules.Select(rule => rule.Replace("{0}", name, StringComparison.Ordinal))],
            Methods = Methods,
            App = "api",
            Hash = ContentHash.Of(name),
        };
    }

    public RouteImage Image(int size)
    {
        var routes = Routes(size).ToList();
        var hash = routes.Aggregate(default(ContentHash), (sum, route) => sum ^ route.Hash);
        return RouteImage.Empty.TryReplace(new RouteVersion(1), hash, routes, out var image, out var reason)
            ? image
            : throw new InvalidOperationException(reason);
    }

    /// <summary>Paths of so many routes at random, the same in every run.</summary>
    public string[] Paths(int size, int count)
    {
        var random = new Random(7);
        return [
            .. Enumerable.Range(0, count).Select(
                _ => string.Format(CultureInfo.InvariantCulture, _path, random.Next(size)))];
    }
}
