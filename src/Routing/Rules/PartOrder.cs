namespace EndpointSync.Routing.Rules;

/// <summary>
/// The order in which parts with variables in one place are tried: more static stretches first, then longer stretches,
/// then more variables, then lighter variables. Stretches and variables are compared one by one.
/// </summary>
internal static class PartOrder
{
    public static int Compare(PartShape left, PartShape right)
    {
        var statics = CompareInTurn(right.StaticLengths, left.StaticLengths);
        if (statics != 0)
        {
            return statics;
        }

        var variables = right.Weights.Length.CompareTo(left.Weights.Length);
        return variables != 0 ? variables : CompareInTurn(left.Weights, right.Weights);
    }

    private static int CompareInTurn(int[] left, int[] right)
    {
        var order = left.Length.CompareTo(right.Length);
        return order != 0 ? order : left.AsSpan().SequenceCompareTo(right);
    }
}
