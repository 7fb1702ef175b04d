namespace EndpointSync.Cli.Certificates;

/// <summary>Writes PEM files. Each file is whole or absent, and a key is readable by its owner only.</summary>
internal static class PemFiles
{
    private const UnixFileMode KeyMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const UnixFileMode CertificateMode =
        KeyMode | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    public static void WriteKey(string path, string pem) => Write(path, pem, KeyMode);

    public static void WriteCertificate(string path, string pem) => Write(path, pem, CertificateMode);

    // A process that follows the file must never see half of it.
    private static void Write(string path, string pem, UnixFileMode mode)
    {
        var next = $"{path}.next";
        File.Delete(next);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = mode;
        }

        using (var writer = new StreamWriter(next, options))
        {
            writer.Write(pem.TrimEnd() + "\n");
        }

        File.Move(next, path, overwrite: true);
    }
}
