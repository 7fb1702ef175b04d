using System.Globalization;

namespace EndpointSync.Tools.Postgres;

/// <summary>The contents of a running server's postmaster.pid (line 1 its process id, line 4 its port).</summary>
internal readonly record struct Postmaster(int ProcessId, int Port)
{
    /// <exception cref="InvalidOperationException">The server has ended.</exception>
    public static Postmaster Read(ServerFolder folder)
    {
        try
        {
            var lines = File.ReadAllLines(Path.Combine(folder.Data, "postmaster.pid"));
            return new Postmaster(
                int.Parse(lines[0], CultureInfo.InvariantCulture), int.Parse(lines[3], CultureInfo.InvariantCulture));
        }
        catch (FileNotFoundException)
        {
            throw new InvalidOperationException(
                $"The PostgreSQL server in {folder.Path} ended right after its start; the next start tries again. "
                + $"Its log ends with:\n{ServerLog.Tail(folder.Log)}");
        }
    }
}
