using EndpointSync.Tools.Postgres;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.Serialization;

namespace EndpointSync.Tests.Unit.Deployment;

/// <summary>
/// A part of a YAML file in <c>deploy</c>. What it should have and does not is an error with its place.
/// </summary>
internal sealed class Yaml(object? node, string place)
{
    public string Text => node as string ?? throw new InvalidDataException($"{place} is no text");

    public IEnumerable<Yaml> Items => node is List<object> items
        ? items.Select((item, index) => new Yaml(item, $"{place}[{index}]"))
        : throw new InvalidDataException($"{place} is no list");

    public IEnumerable<(string Key, Yaml Value)> Entries =>
        Map.Select(entry => ($"{entry.Key}", new Yaml(entry.Value, $"{place}.{entry.Key}")));

    private Dictionary<object, object> Map =>
        node as Dictionary<object, object> ?? throw new InvalidDataException($"{place} is no map");

    public Yaml this[string key] => Find(key) ?? throw new InvalidDataException($"{place} has no '{key}'");

    /// <summary>The documents of a file; what one part takes from another is in both.</summary>
    public static IReadOnlyList<Yaml> Read(string path)
    {
        var file = Path.Combine(RepositoryRoot.Find(AppContext.BaseDirectory)!, "deploy", path);
        var parser = new MergingParser(new Parser(new StringReader(File.ReadAllText(file))));
        var deserializer = new DeserializerBuilder().Build();
        var documents = new List<Yaml>();
        parser.Consume<StreamStart>();
        while (parser.Accept<DocumentStart>(out _))
        {
            documents.Add(new Yaml(deserializer.Deserialize(parser), path));
        }

        return documents;
    }

    public Yaml? Find(string key) =>
        Map.TryGetValue(key, out var value) ? new Yaml(value, $"{place}.{key}") : null;
}
