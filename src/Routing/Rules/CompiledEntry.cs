using EndpointSync.Routing.Methods;
using EndpointSync.Routing.Tries;

namespace EndpointSync.Routing.Rules;

/// <summary>An entry with its rules read; without any if it has problems.</summary>
internal sealed class CompiledEntry : Keyed
{
    private readonly RouteEntry _entry;
    private readonly List<RouteProblem> _problems = [];

    public CompiledEntry(RouteEntry entry)
        : base(entry.Key, HashOf(entry.Key))
    {
        _entry = entry;
        var methods = Methods();
        Rule[] rules = [.. entry.Rules.Select((text, index) => Compile(text, index, methods)).OfType<Rule>()];
        Rules = _problems.Count == 0 ? rules : [];
    }

    public Rule[] Rules { get; }

    public IReadOnlyList<RouteProblem> Problems => _problems;

    public override Rule? First => null;

    private MethodSet Methods()
    {
        foreach (var method in _entry.Methods)
        {
            if (MethodToken.FirstFault(method) is var position and >= 0)
                _problems.Add(new(_entry.Key, method, position, "this is not an HTTP method"));
        }

        return MethodSet.Of(_entry.Methods);
    }

    private Rule? Compile(string text, int index, MethodSet methods)
    {
        if (RuleParser.Parse(text, out var reason, out var position) is { } parts)
            return new(_entry, index, parts, methods);
        _problems.Add(new(_entry.Key, text, position, reason));
        return null;
    }
}
