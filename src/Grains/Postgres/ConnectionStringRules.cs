using Npgsql;

namespace EndpointSync.Grains.Postgres;

/// <summary>What a connection string must be for a silo to work with it.</summary>
internal static class ConnectionStringRules
{
    // Migrating takes two at once, and a sync, a poll and a look of an operator's should not wait for each other.
    private const int SmallestPool = 4;

    private const string Form = "write it in Npgsql's keywords: Host=...;Username=...;Database=...";

    /// <summary>Why it will not do, as the end of a sentence that began with its key; null if it will.</summary>
    public static string? ComplaintAbout(string connectionString)
    {
        try
        {
            var settings = new NpgsqlConnectionStringBuilder(connectionString);
            if (string.IsNullOrWhiteSpace(settings.Host))
            {
                return $"names no Host; {Form}";
            }

            return settings.Pooling && settings.MaxPoolSize < SmallestPool
                ? $"says Maximum Pool Size={settings.MaxPoolSize}; a silo needs at least {SmallestPool}"
                : null;
        }
        catch (ArgumentException wrong)
        {
            return $"cannot be read: {wrong.Message} {Form}";
        }
    }
}
