using System.Globalization;

namespace EndpointSync.Tests.Routing.Differential;

/// <summary>
/// The seed of the generated tests: a new one in every run, or the one in <c>ROUTING_SEED</c>, to repeat a failure.
/// </summary>
internal static class Seed
{
    public static readonly int Value = Environment.GetEnvironmentVariable("ROUTING_SEED") is { } given
        ? int.Parse(given, CultureInfo.InvariantCulture)
        : Random.Shared.Next();

    /// <summary>By how much to multiply the number of cases of a normal run, from <c>ROUTING_CASES</c>.</summary>
    public static readonly int Factor = int.Parse(
        Environment.GetEnvironmentVariable("ROUTING_CASES") ?? "1", CultureInfo.InvariantCulture);

    public static string Words => $"ROUTING_SEED={Value}";
}
