namespace EndpointSync.Routing.Arguments;

/// <summary>The arguments in the parentheses of a converter, by position and by name.</summary>
internal sealed record ArgumentList(
    IReadOnlyList<ArgumentValue> Placed, IReadOnlyDictionary<string, ArgumentValue> Named)
{
    public static readonly ArgumentList Empty = new([], new Dictionary<string, ArgumentValue>());

    /// <summary>
    /// Binds the arguments to parameters of the given names, in order; null for a parameter without an argument.
    /// </summary>
    /// <returns>
    /// False, with the reason, if there are too many arguments, an unknown name, or two arguments for one parameter.
    /// </returns>
    public bool TryBind(ReadOnlySpan<string> parameters, out ArgumentValue?[] bound, out string reason)
    {
        bound = new ArgumentValue?[parameters.Length];
        reason = Placed.Count <= parameters.Length
            ? ""
            : $"at most {parameters.Length} arguments are taken, {Placed.Count} are given";
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
