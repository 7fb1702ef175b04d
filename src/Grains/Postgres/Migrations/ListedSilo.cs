namespace EndpointSync.Grains.Postgres.Migrations;

/// <summary>A silo, as the membership table has it.</summary>
/// <param name="Silo">Its name.</param>
/// <param name="Host">The name of its machine.</param>
/// <param name="Address">The IP address where others reach it.</param>
/// <param name="Port">Its silo port.</param>
internal sealed record ListedSilo(string Silo, string Host, string Address, int Port);
