namespace EndpointSync.Routing.Rules;

/// <summary>
/// Orders keys so that <c>fastapi.endpoint:9:</c> comes before <c>fastapi.endpoint:10:</c>: runs of ASCII digits
/// compare as numbers, everything else by UTF-16 units. Different keys are never equal.
/// </summary>
internal static class KeyOrder
{
    public static int Compare(string left, string right)
    {
        var same = SamePrefix(left, right);
        ReadOnlySpan<char> restOfLeft = left.AsSpan(same), restOfRight = right.AsSpan(same);
        while (!restOfLeft.IsEmpty && !restOfRight.IsEmpty)
        {
            var order = Digits(restOfLeft) > 0 && Digits(restOfRight) > 0
                ? CompareNumbers(Take(ref restOfLeft, Digits(restOfLeft)), Take(ref restOfRight, Digits(restOfRight)))
                : Take(ref restOfLeft, 1)[0].CompareTo(Take(ref restOfRight, 1)[0]);
            if (order != 0)
            {
                return order;
            }
        }

        var length = restOfLeft.Length.CompareTo(restOfRight.Length);
        return length != 0 ? length : string.CompareOrdinal(left, right);
    }

    // The length of the common prefix, without a partial number at its end.
    private static int SamePrefix(string left, string right)
    {
        var same = left.AsSpan().CommonPrefixLength(right);
        while (same > 0 && char.IsAsciiDigit(left[same - 1]))
        {
            same--;
        }

        return same;
    }

    private static int CompareNumbers(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        left = left.TrimStart('0');
        right = right.TrimStart('0');
        var length = left.Length.CompareTo(right.Length);
        return length != 0 ? length : left.SequenceCompareTo(right);
    }

    private static ReadOnlySpan<char> Take(ref ReadOnlySpan<char> text, int length)
    {
        var taken = text[..length];
        text = text[length..];
        return taken;
    }

    private static int Digits(ReadOnlySpan<char> text) =>
        text.IndexOfAnyExceptInRange('0', '9') is var end and >= 0 ? end : text.Length;
}
