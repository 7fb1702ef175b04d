namespace EndpointSync.Routing.Rules;

/// <summary>
/// The order in which the parts with variables of one place are tried: those with more static stretches first, then those with longer
/// ones, then those with more variables, then those with lighter ones; stretches and variables are compared one by one.
/// </summary>
internal static class PartOrder
{
    public static int Compare(Part left, Part right)
    {
        var order = right.StaticLengths.Length.CompareTo(left.StaticLengths.Length);
        for (var index = 0; order == 0 && index < left.StaticLengths.Length; index++)
            order = right.StaticLengths[index].CompareTo(left.StaticLengths[index]);
        return order != 0 ? order : CompareVariables(left.Variables, right.Variables);
    }

    private static int CompareVariables(Variable[] left, Variable[] right)
    {
        var order = right.Length.CompareTo(left.Length);
        for (var index = 0; order == 0 && index < left.Length; index++)
            order = left[index].Weight.CompareTo(right[index].Weight);
        return order;
    }
}
