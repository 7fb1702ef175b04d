using EndpointSync.Routing.Rules;

namespace EndpointSync.Routing;

/// <summary>
/// The values of a rule's variables in a path, in the rule's order. A value is read from the path on access.
/// </summary>
public readonly ref struct RouteValues
{
    private readonly Rule? _rule;
    private readonly ReadOnlySpan<char> _path;

    internal RouteValues(Rule? rule, ReadOnlySpan<char> path)
    {
        _rule = rule;
        _path = path;
    }

    /// <summary>The number of values.</summary>
    public int Count => _rule?.Variables.Length ?? 0;

    /// <summary>The value with the given number, counted from 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer values.</exception>
    public RouteValue this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            var variable = _rule!.Variables[index];
            return new(variable.Name, variable.Kind, _rule.Capture(_path, index));
        }
    }

    /// <summary>The value of the variable with the given name, if the rule has one.</summary>
    public bool TryGet(ReadOnlySpan<char> name, out RouteValue value)
    {
        for (var index = 0; index < Count; index++)
        {
            if (!name.SequenceEqual(_rule!.Variables[index].Name))
            {
                continue;
            }

            value = this[index];
            return true;
        }

        value = default;
        return false;
    }

    /// <summary>
    /// A copy of the values by name, as <see cref="RouteValue.ToObject"/> returns them. It may outlive the request's
    /// path.
    /// </summary>
    public IReadOnlyDictionary<string, object> ToDictionary()
    {
        var values = new Dictionary<string, object>(Count, StringComparer.Ordinal);
        for (var index = 0; index < Count; index++)
        {
            values.Add(this[index].Name, this[index].ToObject());
        }

        return values;
    }
}
