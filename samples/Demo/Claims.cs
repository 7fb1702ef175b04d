namespace EndpointSync.Demo;

/// <summary>The demonstration's output and the checks behind it.</summary>
internal static class Claims
{
    /// <exception cref="InvalidOperationException">The claim is false.</exception>
    public static void Check(bool holds, string claim)
    {
        if (!holds)
        {
            throw new InvalidOperationException($"The demonstration does not show what it should. Expected: {claim}");
        }
    }

    public static void Print(string step, string what) => Console.WriteLine($"{step,-13} {what}");

    public static string Milliseconds(TimeSpan span) => $"{span.TotalMilliseconds:0} ms";
}
