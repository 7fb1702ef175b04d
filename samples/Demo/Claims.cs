namespace EndpointSync.Demo;

/// <summary>What the demonstration prints, and the checks behind it.</summary>
internal static class Claims
{
    /// <exception cref="InvalidOperationException">The claim does not hold.</exception>
    public static void Check(bool holds, string claim)
    {
        if (!holds)
        {
            throw new InvalidOperationException($"The demonstration does not show what it should. Expected: {claim}");
        }
    }

    public static void Say(string step, string what) => Console.WriteLine($"{step,-13} {what}");

    public static string Milliseconds(TimeSpan span) => $"{span.TotalMilliseconds:0} ms";
}
