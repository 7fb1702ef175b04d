using System.Text.Json.Serialization;

namespace EndpointSync.Wire;

/// <summary>The first line of a silo's answer to a worker.</summary>
internal sealed record FeedHead
{
    /// <summary>The protocol's number, <see cref="FeedProtocol.Number"/>.</summary>
    public required int Protocol { get; init; }

    /// <summary>The silo's newest version.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required long Version { get; init; }

    /// <summary>The hash of that version's routes, in 64 hexadecimal digits.</summary>
    public required string Hash { get; init; }

    /// <summary>
    /// The version that the lines below change, 0 if they are all routes of the version. Null if there is nothing that
    /// the worker could take up.
    /// </summary>
    public long? From { get; init; }

    /// <summary>How many lines follow.</summary>
    public int Count { get; init; }

    /// <summary>The URLs of the cluster's silos.</summary>
    public IReadOnlyList<string> Silos { get; init; } = [];

    /// <summary>Whether this silo is stopping, so that the next question should go to another one.</summary>
    public bool Stopping { get; init; }

    /// <summary>
    /// Whether a rollout runs, so that the next question should tell what the worker's tables have decided.
    /// </summary>
    public bool Watch { get; init; }

    /// <summary>
    /// Where the silo took up the version, as W3C's <c>traceparent</c>; null if nobody traces the reload that made it.
    /// </summary>
    public string? Trace { get; init; }
}

/// <summary>One line below the head: a route of the version, or what became of one.</summary>
internal sealed record FeedLine
{
    /// <summary>The route's key.</summary>
    public required string Key { get; init; }

    /// <summary>Whether the route is gone; nothing else is set then.</summary>
    public bool Removed { get; init; }

    /// <summary>The Werkzeug rules.</summary>
    public IReadOnlyList<string>? Rules { get; init; }

    /// <summary>The HTTP methods; empty for all.</summary>
    public IReadOnlyList<string>? Methods { get; init; }

    /// <summary>The app; null for a route of another consumer.</summary>
    public string? App { get; init; }

    /// <summary>The route's contribution to the table's hash, in 64 hexadecimal digits.</summary>
    public string? Hash { get; init; }

    /// <summary>Why nothing is routed by it; null if it can be read.</summary>
    public string? Problem { get; init; }

    public static FeedLine Of(PublishedRoute route) => new()
    {
        Key = route.Key,
        Rules = route.Rules,
        Methods = route.Methods,
        App = route.App,
        Hash = route.Hash.ToString(),
        Problem = route.Problem,
    };

    public static FeedLine Of(PublishedChange change) =>
        change.Route is { } route ? Of(route) : new FeedLine { Key = change.Key, Removed = true };

    /// <exception cref="InvalidDataException">A part of the route is missing or malformed.</exception>
    public PublishedChange ToChange() => Removed
        ? new PublishedChange(Key, null)
        : new PublishedChange(Key, new PublishedRoute
        {
            Key = Key,
            Rules = Texts(Rules, "rules"),
            Methods = Texts(Methods, "methods"),
            App = App,
            Hash = ContentHash.TryParse(Hash, out var hash) ? hash : throw Malformed("hash"),
            Problem = Problem,
        });

    private IReadOnlyList<string> Texts(IReadOnlyList<string?>? texts, string name) =>
        texts?.Contains(null) == false ? [.. texts.OfType<string>()] : throw Malformed(name);

    private InvalidDataException Malformed(string name) => new($"The {name} of route '{Key}' cannot be read.");
}

/// <summary>The answer to the question for the newest version.</summary>
internal sealed record FeedNewest(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] long Version);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(FeedHead))]
[JsonSerializable(typeof(FeedLine))]
[JsonSerializable(typeof(FeedNewest))]
internal sealed partial class FeedJson : JsonSerializerContext;
