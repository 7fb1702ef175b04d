using EndpointSync.Routing.Matching;
using EndpointSync.Routing.Methods;
using EndpointSync.Routing.Rules;

namespace EndpointSync.Routing;

/// <summary>
/// A route table's result for one request. It reads from the memory of the request's path and method.
/// </summary>
public readonly ref struct RouteMatch
{
    private readonly RouteTable _table;
    private readonly Rule? _rule;
    private readonly ReadOnlySpan<char> _path;
    private readonly ReadOnlySpan<char> _method;
    private readonly int _start;
    private readonly uint _allowed;
    private readonly bool _allowsOthers;
    private readonly bool _redirects;

    internal RouteMatch(
        RouteTable table, Rule? rule, ReadOnlySpan<char> path, ReadOnlySpan<char> method, int start, uint allowed,
        bool allowsOthers, bool redirects = false)
    {
        (_table, _rule, _start, _allowed, _allowsOthers) = (table, rule, start, allowed, allowsOthers);
        _redirects = redirects;
        _path = path;
        _method = method;
    }

    /// <summary>Whether a rule was found, or only rules for other methods.</summary>
    public RouteOutcome Outcome =>
        _rule is not null ? RouteOutcome.Found
        : _redirects ? RouteOutcome.Redirect
        : _allowed != 0 || _allowsOthers ? RouteOutcome.MethodNotAllowed
        : RouteOutcome.NotFound;

    /// <summary>The entry whose rule was found; null if none was.</summary>
    public RouteEntry? Entry => _rule?.Entry;

    /// <summary>The text of the rule that was found; null if none was.</summary>
    public string? Rule => _rule?.Text;

    /// <summary>The values of the rule's variables; none if no rule was found.</summary>
    public RouteValues Values => new(_rule, _path);

    /// <summary>The decoded path that a redirect leads to; empty for other outcomes.</summary>
    public string GetRedirectPath() =>
        _redirects ? $"/{SlashPairs.Merge(_path, new char[_path.Length])}" : "";

    /// <summary>
    /// The methods for the Allow header of a 405: those of the rules that match the path, in alphabetical order; empty
    /// for other outcomes.
    /// </summary>
    public IReadOnlyList<string> GetAllowedMethods()
    {
        if (Outcome != RouteOutcome.MethodNotAllowed)
        {
            return [];
        }

        return MethodSet.Names(_allowed, _allowsOthers ? _table.OtherMethods(_path, _method, _start) : []);
    }
}
