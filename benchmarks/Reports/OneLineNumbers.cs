using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace EndpointSync.Bench.Reports;

/// <summary>
/// Writes raw samples on one line, to the nanosecond, because a file of thousands of lines would be hard to read.
/// </summary>
internal sealed class OneLineNumbers : JsonConverter<IReadOnlyList<double>>
{
    public override IReadOnlyList<double> Read(
        ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("Results are written only.");

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<double> value, JsonSerializerOptions options) =>
        writer.WriteRawValue(
            $"[{string.Join(',', value.Select(number => number.ToString("0.###", CultureInfo.InvariantCulture)))}]");
}
