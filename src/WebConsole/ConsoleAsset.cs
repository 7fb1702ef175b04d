using System.Security.Cryptography;

namespace EndpointSync.WebConsole;

/// <summary>A file that pages refer to. Its address changes with its content, so browsers may keep it.</summary>
/// <param name="Address">Where it is, below the path base.</param>
/// <param name="MediaType">What it is.</param>
/// <param name="Content">What it holds.</param>
public sealed record ConsoleAsset(string Address, string MediaType, ReadOnlyMemory<byte> Content)
{
    /// <summary>The address.</summary>
    public override string ToString() => Address;

    internal static ConsoleAsset Read(string name, string mediaType)
    {
        using var stream = typeof(ConsoleAsset).Assembly.GetManifestResourceStream(name)!;
        using var content = new MemoryStream();
        stream.CopyTo(content);
        var bytes = content.ToArray();
        var hash = Convert.ToHexStringLower(SHA256.HashData(bytes))[..12];
        return new ConsoleAsset(
            $"console/{Path.GetFileNameWithoutExtension(name)}.{hash}{Path.GetExtension(name)}", mediaType, bytes);
    }
}

/// <summary>The files of the console.</summary>
public static class ConsoleAssets
{
    /// <summary>The icon.</summary>
    public static ConsoleAsset Icon { get; } = ConsoleAsset.Read("icon.svg", "image/svg+xml");

    /// <summary>The style sheet.</summary>
    public static ConsoleAsset Style { get; } = ConsoleAsset.Read("console.css", "text/css; charset=utf-8");

    /// <summary>The script.</summary>
    public static ConsoleAsset Script { get; } = ConsoleAsset.Read("console.js", "text/javascript; charset=utf-8");

    /// <summary>All of them.</summary>
    public static IReadOnlyList<ConsoleAsset> All { get; } = [Icon, Style, Script];
}
