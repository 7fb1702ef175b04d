using EndpointSync.Grains.Postgres;
using EndpointSync.Wire;
using Npgsql;

namespace EndpointSync.Grains.Sync.Statements;

/// <summary>A registry's version row.</summary>
/// <param name="Version">The newest version.</param>
/// <param name="IsBumped">Whether Odoo's sequence was bumped after the commit of that version.</param>
/// <param name="ContentHash">The hash of its routes.</param>
/// <param name="Lost">The largest version that was served and that the database does not have; 0 if there is none.
/// </param>
/// <param name="IsPinned">Whether the newest version's table is the only one that may be published.</param>
internal sealed record VersionState(
    RouteVersion Version, bool IsBumped, ContentHash ContentHash, RouteVersion Lost, bool IsPinned)
{
    /// <summary>The version that is rolled out ring by ring; null if none is.</summary>
    public RouteVersion? Rollout { get; init; }

    public RouteTableId TableId => new(Version, ContentHash);

    /// <summary>Whether a larger version is due, because the database lost one.</summary>
    public bool IsBehind => Lost > RouteVersion.None && Lost >= Version;

    public static VersionState Read(NpgsqlDataReader row) =>
        new(
            row.Version("version"), row.Bool("is_bumped"), ContentHash.From(row.Value<byte[]>("content_hash")),
            row.Version("lost_version"), row.Bool("is_pinned"))
        {
            Rollout = row.StructOrNull<long>("rollout") is { } version ? new RouteVersion(version) : null,
        };

    /// <exception cref="RegistryUnusableException">
    /// The registry has no row, which preparing the database heals.
    /// </exception>
    public static VersionState Single(IEnumerable<VersionState> rows, RegistryDatabase database) =>
        rows.SingleOrDefault() ?? throw Missing(database);

    public static RegistryUnusableException Missing(RegistryDatabase database) =>
        new($"Registry '{database.Name}': endpoint_sync.state has no row for schema '{database.Sql.Schema}'.");
}
