namespace EndpointSync.Tests.Worker;

/// <summary>
/// Request targets in every encoding that a client may send. The seed is printed, so that a failure can be repeated.
/// </summary>
internal sealed class RandomTargets
{
    private static readonly string[] Pieces =
    [
        "/", "/", "/", "a", "b", "41", "2F", "A4", "~", ";", "+", "@", "\\", "%", "%zz", "%2", "%2F", "%2f", "%25",
        "%25", "%252F", "%41", "%2541", "%252541",
        "%3F", "%253F", "%23", "%20", "%5C", "%FF", "%C3", "%C3%A4", "%E2%82", "%F0%9F%98%80", "%ED%A0%80", "%2E",
        "%252e",
    ];

    private static readonly string[] Dots = [".", "..", "/.", "/..", "/../", "%2e%2E/"];

    private readonly Random _random;
    private readonly string[] _pieces;

    public RandomTargets(ITestOutputHelper output, bool withDots)
    {
        var seed = Environment.TickCount;
        output.WriteLine($"The targets are of seed {seed}.");
        (_random,
            _pieces) = (new Random(seed), withDots
                ? [.. Pieces, .. Dots]
                : [.. Pieces.Where(piece => !piece.Equals("%2E", StringComparison.Ordinal))]);
    }

    public IEnumerable<string> Take(int count, string prefix = "/") =>
        Enumerable.Range(0, count).Select(_ => prefix + Next());

    private string Next()
    {
        var path = string.Concat(
            Enumerable.Range(0, _random.Next(9)).Select(_ => _pieces[_random.Next(_pieces.Length)]));
        return _random.Next(4) == 0 ? $"{path}?q=%2F/../%41" : path;
    }
}
