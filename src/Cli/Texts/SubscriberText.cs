using EndpointSync.Cli.Api;
using EndpointSync.Cli.Output;

namespace EndpointSync.Cli.Texts;

/// <summary>Silos and workers, and the version that each serves.</summary>
internal static class SubscriberText
{
    public static Listing<Subscriber> Listing { get; } = new(
        subscriber => subscriber.Name,
        new("KIND", subscriber => Kind(subscriber)),
        new("NAME", subscriber => subscriber.Name),
        new("SILO", subscriber => subscriber.Silo),
        new("RING", subscriber => subscriber.Ring ?? "", IsWide: true),
        new("VERSION", subscriber => Columns.Text(subscriber.Version), IsNumber: true),
        new(
            "LAG",
            subscriber => new Cell(Columns.Text(subscriber.Lag), subscriber.Lag > 0 ? Tone.Warning : Tone.None),
            IsNumber: true),
        new("SINCE", subscriber => Since(subscriber)),
        new("REPORTED", subscriber => $"{Columns.Seconds(subscriber.SilentFor)} ago"),
        new("PROBLEM", subscriber => new Cell(subscriber.Problem ?? "", Tone.Bad)));

    public static string Kind(Subscriber subscriber) => subscriber.Kind.ToLowerInvariant();

    // A subscriber that never reported a version has no time either.
    public static string Since(Subscriber subscriber) =>
        subscriber.Since == default ? "" : Columns.Text(subscriber.Since);
}
