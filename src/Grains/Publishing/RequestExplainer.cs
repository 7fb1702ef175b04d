using EndpointSync.Core;
using EndpointSync.Grains.History;
using EndpointSync.Grains.Registries;
using EndpointSync.Routing;

namespace EndpointSync.Grains.Publishing;

/// <summary>
/// Says which rule answers a request in the newest version and in each other one that a silo or a worker serves, so
/// that a difference between them shows.
/// </summary>
internal sealed class RequestExplainer(RegistryMap<PublishedRegistry> published, ConvergenceWatch convergence)
{
    private const int MostRules = 20;
    private const int MostNames = 100;

    /// <param name="registry">The registry; prepared.</param>
    /// <param name="path">The decoded path.</param>
    /// <param name="method">The method, in upper case.</param>
    /// <param name="only">The only version to explain; null for each that is served.</param>
    /// <param name="cancellationToken">Ends the explanation.</param>
    /// <exception cref="UnknownVersionException">There is no version <paramref name="only"/>.</exception>
    public async Task<Explanation> ExplainAsync(
        Registry registry, string path, string method, RouteVersion? only, CancellationToken cancellationToken)
    {
        var newest = (await registry.History.IdentifyAsync(only, cancellationToken)).Version;
        var subscribers = (await convergence.ListAsync(registry.Name)).Subscribers;
        var versions = subscribers.Select(subscriber => subscriber.Version)
            .Where(version => version != newest && only is null)
            .Distinct()
            .OrderDescending()
            .Prepend(newest);
        var explained = new List<ExplainedVersion>();
        foreach (var version in versions)
        {
            var names = subscribers.Where(subscriber => subscriber.Version == version)
                .Select(subscriber => subscriber.Name)
                .ToList();
            explained.Add(
                Explain(await TableAsync(registry, version, cancellationToken), path, method) with
                {
                    Version = version,
                    ServedBy = names.Count > MostNames ? names[..MostNames] : names,
                    ServedByCount = names.Count,
                });
        }

        return new Explanation(method, path, explained);
    }

    /// <summary>The rules that compete in the version that this silo serves.</summary>
    /// <param name="registry">The registry's name.</param>
    /// <param name="skipped">How many to leave out.</param>
    /// <param name="limit">How many at most.</param>
    public OverlapList ListOverlaps(string registry, int skipped, int limit)
    {
        var table = published.Get(registry).Routes.Image?.Table ?? RouteTable.Empty;
        var overlaps = table.FindOverlaps()
            .Skip(skipped)
            .Take(limit + 1)
            .Select(overlap => new RuleOverlap(
                $"{overlap.Kind}", overlap.First.Key, overlap.FirstRule, overlap.Second.Key, overlap.SecondRule,
                overlap.Methods))
            .ToList();
        return overlaps.Count > limit
            ? new OverlapList(new RouteVersion(table.Version), overlaps[..limit], skipped + limit)
            : new OverlapList(new RouteVersion(table.Version), overlaps, null);
    }

    private async Task<RouteTable?> TableAsync(
        Registry registry, RouteVersion version, CancellationToken cancellationToken)
    {
        if (published.Get(registry.Name).Routes.Image is { } image && image.Version == version)
        {
            return image.Table;
        }

        try
        {
            await registry.History.IdentifyAsync(version, cancellationToken);
        }
        catch (UnknownVersionException)
        {
            return null;
        }

        var routes = await registry.Reader.ReadAtAsync(version, cancellationToken);
        return RouteTable.Empty.Apply(
            version.Value, routes.Select(route => RouteTableChange.Put(RouteImage.EntryOf(route))));
    }

    private static ExplainedVersion Explain(RouteTable? table, string path, string method)
    {
        var nobody = new ExplainedVersion
        {
            Version = RouteVersion.None,
            ServedBy = [],
            ServedByCount = 0,
            Outcome = "Unknown",
        };
        if (table is null)
        {
            return nobody;
        }

        var match = table.Match(path, method);
        return nobody with
        {
            Outcome = $"{match.Outcome}",
            Values = match.Outcome == RouteOutcome.Found ? Values(match.Values) : null,
            Rules = [.. table.Explain(path, method, MostRules).Select(Explained)],
        };
    }

    private static Dictionary<string, string> Values(RouteValues values)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var index = 0; index < values.Count; index++)
        {
            texts.Add(values[index].Name, values[index].Text.ToString());
        }

        return texts;
    }

    private static ExplainedRule Explained(RouteCandidate candidate) => new(
        $"{candidate.Kind}", candidate.Entry.Key, candidate.Rule, RouteImage.RouteOf(candidate.Entry).App,
        candidate.Reason);
}
