using EndpointSync.Routing;

namespace EndpointSync.Tests.Routing.Differential;

/// <summary>Generates questions from a seed.</summary>
internal sealed class QuestionSource(int seed)
{
    private readonly Random _random = new(seed);

    public Question Next()
    {
        var source = new RuleSource(_random);
        List<RouteEntry> entries = [.. Keys().Select(key => new RouteEntry(key, Rules(source), source.Methods()))];
        var rules = entries.SelectMany(entry => entry.Rules).ToList();
        return new(
            entries,
            [
                .. Enumerable.Range(0, 40).Select(
                    _ => new Request(source.PathFor(rules[_random.Next(rules.Count)]), source.Method())),
            ]);
    }

    private IEnumerable<string> Keys() =>
        Enumerable.Range(0, _random.Next(1, 7)).Select(_ => $"fastapi.endpoint:{_random.Next(1, 30)}:").Distinct();

    private string[] Rules(RuleSource source) =>
        [.. Enumerable.Range(0, _random.Next(1, 4)).Select(_ => source.Rule())];
}
