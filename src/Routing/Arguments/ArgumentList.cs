namespace EndpointSync.Routing.Arguments;

/// <summary>The arguments in the parentheses of a converter, by place and by name.</summary>
internal sealed record ArgumentList(IReadOnlyList<ArgumentValue> Placed, IReadOnlyDictionary<string, ArgumentValue> Named)
{
    public static readonly ArgumentList Empty = new([], new Dictionary<string, ArgumentValue>());

    /// <summary>The arguments in their order for parameters of the given names, null where none is given.</summary>
    /// <returns>False, with the reason, if there are more arguments than parameters, an unknown name, or two for one parameter.</returns>
    public bool TryBind(ReadOnlySpan<string> parameters, out ArgumentValue?[] bound, out string reason)
    {
        bound = new ArgumentValue?[parameters.Length];
        reason = Placed.Count <= parameters.Length ? "" : $"at most {parameters.Length} arguments are taken, {Placed.Count} are given";
        for (var index = 0; index < Placed.Count && reason == ""; index++)
        {
            bound[index] = Placed[index];
        }

        foreach (var (name, value) in Named)
        {
            if (reason == "")
            {
                reason = BindNamed(parameters.IndexOf(name), name, value, bound);
            }
        }

        return reason == "";
    }

    private static string BindNamed(int index, string name, ArgumentValue value, ArgumentValue?[] bound)
    {
        if (index < 0)
        {
            return $"there is no argument '{name}'";
        }

        if (bound[index] is not null)
        {
            return $"the argument '{name}' is given twice";
        }

        bound[index] = value;
        return "";
    }
}
