using System.Globalization;

namespace EndpointSync.Tests.Routing.Differential;

/// <summary>The seed of the generated tests: of its own in every run, or the one that <c>ROUTING_SEED</c> names, to see a failure again.</summary>
internal static class Seed
{
    public static readonly int Value = Environment.GetEnvironmentVariable("ROUTING_SEED") is { } given
        ? int.Parse(given, CultureInfo.InvariantCulture)
        : Random.Shared.Next();

    /// <summary>How many times as many cases to draw as a normal run does, from <c>ROUTING_CASES</c>.</summary>
    public static readonly int Factor = int.Parse(Environment.GetEnvironmentVariable("ROUTING_CASES") ?? "1", CultureInfo.InvariantCulture);

    public static string Words => $"ROUTING_SEED={Value}";
}
