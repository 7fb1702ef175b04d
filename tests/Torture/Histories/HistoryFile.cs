using System.Text.Json;
using System.Text.Json.Serialization;

namespace EndpointSync.Tests.Torture.Histories;

/// <summary>A history as lines of JSON, in the order in which things ended.</summary>
internal static class HistoryFile
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter() },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault,
        IgnoreReadOnlyProperties = true,
    };

    public static string Line(Entry entry) => JsonSerializer.Serialize(entry, Json);

    public static Entry Read(string line) => JsonSerializer.Deserialize<Entry>(line, Json)!;

    public static IEnumerable<Entry> ReadAll(string path) => File.ReadLines(path).Select(Read);
}
