using System.Globalization;

namespace EndpointSync.Grains.Postgres;

/// <summary>The versions of PostgreSQL that the tests run on.</summary>
internal static class SupportedServers
{
    /// <summary>The oldest major version. Older ones lack what the SQL uses.</summary>
    public const int Oldest = 13;

    /// <summary>The newest major version. Newer ones most likely work, because PostgreSQL breaks little.</summary>
    public const int Newest = 18;

    /// <summary>Why a server cannot be used; null if it can.</summary>
    public static string? RefusalOf(Version server, string database) => server.Major < Oldest
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"Database '{database}' is on PostgreSQL {server}: EndpointSync needs {Oldest} or newer, and is tested up "
            + $"to {Newest}. Upgrade the server.")
        : null;

    /// <summary>Whether nobody has tried the server's version.</summary>
    public static bool IsUntested(Version server) => server.Major > Newest;
}
