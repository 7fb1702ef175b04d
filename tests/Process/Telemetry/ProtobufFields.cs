using System.Text;

namespace EndpointSync.Tests.Process.Telemetry;

/// <summary>
/// The fields of one protobuf message, as much as OTLP's tests need: those with a length, by number.
/// </summary>
internal sealed class ProtobufFields
{
    private const int Varint = 0;
    private const int Fixed64 = 1;
    private const int Length = 2;
    private const int Fixed32 = 5;

    private readonly ILookup<int, ReadOnlyMemory<byte>> _fields;

    public ProtobufFields(ReadOnlyMemory<byte> message) => _fields = Read(message).ToLookup(
        field => field.Number, field => field.Value);

    /// <summary>The messages in a repeated field.</summary>
    public IEnumerable<ProtobufFields> Messages(int number) =>
        _fields[number].Select(value => new ProtobufFields(value));

    /// <summary>The bytes of a field in hexadecimal digits; empty if it is absent.</summary>
    public string Hex(int number) => Convert.ToHexStringLower(_fields[number].LastOrDefault().Span);

    /// <summary>The text of a field; empty if it is absent.</summary>
    public string Text(int number) => Encoding.UTF8.GetString(_fields[number].LastOrDefault().Span);

    /// <summary>A number of 64 bits; 0 if it is absent.</summary>
    public long Long(int number) =>
        _fields[number].LastOrDefault() is { IsEmpty: false } bytes ? BitConverter.ToInt64(bytes.Span) : 0;

    private static List<(int Number, ReadOnlyMemory<byte> Value)> Read(ReadOnlyMemory<byte> message)
    {
        List<(int, ReadOnlyMemory<byte>)> fields = [];
        while (!message.IsEmpty)
        {
            var tag = Number(ref message);
            var length = (tag & 7) switch
            {
                Varint => SizeOfNumber(message),
                Fixed64 => sizeof(long),
                Fixed32 => sizeof(int),
                Length => (int)Number(ref message),
                var other => throw new InvalidDataException($"Wire type {other} is not known."),
            };
            fields.Add(((int)(tag >> 3), message[..length]));
            message = message[length..];
        }

        return fields;
    }

    private static int SizeOfNumber(ReadOnlyMemory<byte> message) =>
        message.Span.IndexOfAnyInRange((byte)0, (byte)0x7f) + 1;

    private static ulong Number(ref ReadOnlyMemory<byte> message)
    {
        var (number, size) = (0UL, SizeOfNumber(message));
        for (var index = 0; index < size; index++)
        {
            number |= (ulong)(message.Span[index] & 0x7f) << (7 * index);
        }

        message = message[size..];
        return number;
    }
}
