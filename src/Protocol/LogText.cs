namespace EndpointSync.Core;

/// <summary>
/// A value of a log message that others may have chosen: visible, and not longer than a line should be.
/// </summary>
internal readonly record struct LogText(string? Value)
{
    private const int MostCharacters = 2_000;

    public static implicit operator LogText(string? value) => new(value);

    public override string ToString() => VisibleText.Of(Value, MostCharacters);
}
