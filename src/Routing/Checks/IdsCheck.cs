namespace EndpointSync.Routing.Checks;

/// <summary>A list of ids has one between any two commas, and before the first and after the last.</summary>
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
