namespace EndpointSync.Routing.Checks;

/// <summary>A list of ids must have an id before and after every comma.</summary>
internal sealed class IdsCheck : ValueCheck
{
    public override bool Accepts(ReadOnlySpan<char> value)
    {
        foreach (var id in value.Split(','))
        {
            if (value[id].IsEmpty || !IntegerCheck.IsNumber(value[id]))
            {
                return false;
            }
        }

        return true;
    }
}
