namespace EndpointSync.Cli.Output;

/// <summary>One value of a table or a field.</summary>
/// <param name="Text">The value, as others may have chosen it; it is escaped where it is printed.</param>
/// <param name="Tone">How it is meant.</param>
internal readonly record struct Cell(string? Text, Tone Tone = Tone.None)
{
    private const int MostCharacters = 4_000;

    public static implicit operator Cell(string? text) => new(text);

    /// <summary>The value as a terminal may show it.</summary>
    public string Visible => VisibleText.Of(Text, MostCharacters);
}
