using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace EndpointSync.Worker.Snapshots;

/// <summary>
/// The format of the file: <c>{"checksum": ..., "snapshot": ...}</c>. The checksum is the SHA-256 of the snapshot's
/// text.
/// </summary>
internal static class SnapshotFile
{
    private const string Checksum = "checksum";
    private const string Content = "snapshot";

    /// <summary>
    /// Replaces the file in one step, once the new content is on the disk; a crash leaves either the old or the new
    /// file.
    /// </summary>
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

    /// <exception cref="JsonException">The file has another format.</exception>
    /// <exception cref="InvalidDataException">The checksum does not match.</exception>
    public static async Task<Snapshot> ReadAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(path);
        using var document = await JsonDocument.ParseAsync(file, cancellationToken: cancellationToken);
        if (document.RootElement.ValueKind != JsonValueKind.Object
            || !document.RootElement.TryGetProperty(Content, out var content)
            || !document.RootElement.TryGetProperty(Checksum, out var checksum))
        {
            throw new JsonException($"It does not have the parts '{Checksum}' and '{Content}'.");
        }

        if (checksum.ValueKind != JsonValueKind.String)
        {
            throw new JsonException("Its checksum is not text.");
        }

        return checksum.ValueEquals(Sum(Encoding.UTF8.GetBytes(content.GetRawText())))
            ? content.Deserialize(SnapshotJson.Default.Snapshot) ?? throw new JsonException("It is empty.")
            : throw new InvalidDataException("Its checksum does not match its content.");
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
            // The write error itself is reported; a leftover draft adds nothing.
        }
    }
}
