using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace EndpointSync.Client.Workers.Snapshots;

/// <summary>The form of the file: <c>{"checksum": ..., "snapshot": ...}</c>, the checksum being the SHA-256 of the snapshot's text.</summary>
internal static class SnapshotFile
{
    private const string Checksum = "checksum";
    private const string Content = "snapshot";

    /// <summary>Puts a new file in the place of the old one in a single step, once all of it is on the disk; a crash leaves the one or the other.</summary>
    public static async Task WriteAsync(string path, Snapshot snapshot, CancellationToken cancellationToken)
    {
        var draft = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            await using (var file = new FileStream(draft, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                await file.WriteAsync(Serialize(snapshot), cancellationToken);
                file.Flush(flushToDisk: true);
            }

            File.Move(draft, path, overwrite: true);
        }
        catch
        {
            DeleteQuietly(draft);
            throw;
        }
    }

    /// <exception cref="JsonException">The file is not of the form.</exception>
    /// <exception cref="InvalidDataException">The checksum is another.</exception>
    public static async Task<Snapshot> ReadAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(path);
        using var document = await JsonDocument.ParseAsync(file, cancellationToken: cancellationToken);
        if (document.RootElement.ValueKind != JsonValueKind.Object
            || !document.RootElement.TryGetProperty(Content, out var content)
            || !document.RootElement.TryGetProperty(Checksum, out var checksum))
        {
            throw new JsonException($"It has not the parts '{Checksum}' and '{Content}'.");
        }

        if (checksum.ValueKind != JsonValueKind.String)
        {
            throw new JsonException("Its checksum is no text.");
        }

        return checksum.ValueEquals(Sum(Encoding.UTF8.GetBytes(content.GetRawText())))
            ? content.Deserialize(SnapshotJson.Default.Snapshot) ?? throw new JsonException("It is empty.")
            : throw new InvalidDataException("Its checksum is not that of its content.");
    }

    private static byte[] Serialize(Snapshot snapshot)
    {
        var content = JsonSerializer.SerializeToUtf8Bytes(snapshot, SnapshotJson.Default.Snapshot);
        using var buffer = new MemoryStream(content.Length + 128);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString(Checksum, Sum(content));
            writer.WritePropertyName(Content);
            writer.WriteRawValue(content, skipInputValidation: true);
            writer.WriteEndObject();
        }

        return buffer.ToArray();
    }

    private static string Sum(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    private static void DeleteQuietly(string draft)
    {
        try
        {
            File.Delete(draft);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // What kept it from being written is told; that a draft stays behind says nothing new.
        }
    }
}
