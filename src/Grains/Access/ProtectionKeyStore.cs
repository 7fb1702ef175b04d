using System.Xml.Linq;
using EndpointSync.Grains.Postgres;
using Npgsql;

namespace EndpointSync.Grains.Access;

/// <summary>
/// The keys of ASP.NET Core's data protection in the cluster's database, so that each silo reads what another has
/// protected.
/// </summary>
internal sealed class ProtectionKeyStore(NpgsqlDataSource source)
{
    private static readonly SqlFile Sql = SqlFile.Of<ProtectionKeyStore>();

    public async Task<List<XElement>> ListAsync(CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        return await connection.ListAsync(
            Sql["list"], row => XElement.Parse(row.Text("content")), cancellationToken);
    }

    public async Task AddAsync(string name, XElement key, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(
            Sql["add"], cancellationToken, PostgresCommands.Value(name),
            PostgresCommands.Value(key.ToString(SaveOptions.DisableFormatting)));
    }
}
