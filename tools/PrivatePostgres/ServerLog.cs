using System.Text;

namespace EndpointSync.Tools.Postgres;

/// <summary>The log file, written by the server and by the programs that start and stop it.</summary>
internal static class ServerLog
{
    private const long MaxBytes = 50 * 1024 * 1024;
    private const int TailBytes = 4 * 1024;

    /// <summary>
    /// Moves a file of more than 50 MB to <c>.1</c>, and ensures that there is a file that the server's account can
    /// write.
    /// </summary>
    public static async Task PrepareAsync(string file, ServerAccount account, CancellationToken cancellationToken)
    {
        if (File.Exists(file) && new FileInfo(file).Length > MaxBytes)
        {
            File.Move(file, file + ".1", overwrite: true);
        }

        if (!File.Exists(file))
        {
            await File.WriteAllTextAsync(file, "", cancellationToken);
            await account.OwnAsync(file, cancellationToken);
        }
    }

    /// <summary>The last 4 kB.</summary>
    public static string Tail(string file)
    {
        if (!File.Exists(file))
        {
            return "";
        }

        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        stream.Seek(-Math.Min(TailBytes, stream.Length), SeekOrigin.End);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd().Trim();
    }
}
