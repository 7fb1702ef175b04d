using EndpointSync.Routing.Pieces;

namespace EndpointSync.Routing.Checks;

/// <summary>The inclusive limits of a number with a fraction.</summary>
internal sealed class FloatCheck(double? minimum, double? maximum) : ValueCheck
{
    public override bool Accepts(ReadOnlySpan<char> value)
    {
        var number = DecimalText.ToDouble(value);
        return !(number < minimum) && !(number > maximum);
    }
}
