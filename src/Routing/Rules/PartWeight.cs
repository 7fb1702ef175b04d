namespace EndpointSync.Routing.Rules;

/// <summary>
/// The order in which the dynamic parts of one place are tried: those with more static stretches first, then those whose stretches are
/// longer (in code points, compared one by one), then those with more variables, then those with lighter ones.
/// </summary>
internal readonly record struct PartWeight(IReadOnlyList<int> StaticLengths, IReadOnlyList<int> VariableWeights) : IComparable<PartWeight>
{
    public int CompareTo(PartWeight other)
    {
        var statics = CompareLists(other.StaticLengths, StaticLengths, -1);
        return statics != 0 ? statics : CompareLists(VariableWeights, other.VariableWeights, 1);
    }

    private static int CompareLists(IReadOnlyList<int> left, IReadOnlyList<int> right, int countSign)
    {
        if (left.Count != right.Count)
            return -countSign * left.Count.CompareTo(right.Count);
        for (var index = 0; index < left.Count; index++)
        {
            if (left[index] != right[index])
                return left[index].CompareTo(right[index]);
        }

        return 0;
    }
}
