using EndpointSync.Grains.Postgres.Migrations;
using EndpointSync.Tests.Testing;
using EndpointSync.Tools.Processes;

namespace EndpointSync.Tests.Process.Cluster;

public sealed class ForeignDatabaseTests
{
    private const string Columns =
        """
        select table_name || '.' || ordinal_position || ' ' || column_name || ' ' || data_type
          || ' ' || coalesce(column_default, '-') || ' ' || is_nullable
        from information_schema.columns where table_schema = 'public' order by 1
        """;

    [Fact]
    public async Task A_reload_works_on_tables_that_another_role_made_and_changes_no_column_of_them()
    {
        await using var membership = await TestDatabase.CreateAsync();
        await using var odoo = await TestDatabase.CreateEmptyAsync();
        await using var role = await TestRole.CreateAsync(odoo);
        await odoo.ExecuteAsync(Migrator.Script("Odoo/fastapi_endpoint.sql"));
        await odoo.ExecuteAsync(Migrator.Script("Odoo/endpoint_route.sql"));
        await odoo.AddEndpointAsync("OpenSPP API V2", "/api/v2/spp");
        await odoo.AddEndpointAsync("OpenSPP DCI API", "/dci_api/v1");
        await odoo.ExecuteAsync(
            $"""
             grant create on database {odoo.Name} to {role.Name};
             grant usage on schema public to {role.Name};
             grant select, update on fastapi_endpoint to {role.Name};
             grant select, insert, update, delete on endpoint_route to {role.Name};
             grant usage on sequence endpoint_route_version, endpoint_route_id_seq to {role.Name}
             """);
        var before = await odoo.ListAsync(Columns);
        var options = Fleet.Options(membership);
        await using var silo = await SiloProcess.StartAsync(options with
        {
            Configuration = new Dictionary<string, string>(options.Configuration)
            {
                [$"EndpointSync:Registries:{Fleet.Registry}:ConnectionString"] = role.ConnectionString,
            },
        });

        var reload = await CliProcess.RunAsync(silo.Address, "reload", Fleet.Registry);

        Assert.Equal((0, ""), (reload.ExitCode, reload.Error));
        // On a busy machine the silo finds the endpoints by itself before the reload.
        Assert.Matches(@"version +(0 to )?1\n", reload.Output);
        Assert.Equal(2, await odoo.ScalarAsync<long>("select count(*) from endpoint_route"));
        Assert.Equal(before, await odoo.ListAsync(Columns));
    }
}
