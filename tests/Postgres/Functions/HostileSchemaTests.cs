using EndpointSync.Tests.Postgres.Races;
using EndpointSync.Tests.Testing;
using Microsoft.Extensions.Logging;

namespace EndpointSync.Tests.Postgres.Functions;

/// <summary>
/// A role that may create in schema public, as every role may before PostgreSQL 15, plants operators and functions that
/// fit Odoo's columns better than Postgres' own. Nothing of it may run with a silo's rights.
/// </summary>
public sealed class HostileSchemaTests : FreshDatabaseTests
{
    private const string Silo = "watched-silo";

    // Each trap notes whose statement sprang it, and then answers what would do harm.
    private const string TrapsSql =
        """
        create table public.sprung (application text, role text, trap text);
        grant all on public.sprung to public;
        create function public.spring(trap text) returns boolean language plpgsql as $$
        begin
          insert into public.sprung values (pg_catalog.current_setting('application_name'), current_user, trap);
          return true;
        end $$;
        do $$
        declare
          pair text[];
          sign text;
          number integer := 0;
        begin
          foreach pair slice 1 in array
            array[['varchar', 'text'], ['text', 'varchar'], ['varchar', 'varchar'], ['name', 'varchar']]
          loop
            foreach sign in array array['=', '<>', '<', '>', '<=', '>=', '~', '!~', '~~', '||'] loop
              number := number + 1;
              execute pg_catalog.format(
                'create function public.trap_%1$s(%2$s, %3$s) returns boolean language sql
                 as $q$select public.spring(%4$L)$q$', number, pair[1], pair[2], sign);
              execute pg_catalog.format(
                'create operator public.%1$s (function = public.trap_%2$s, leftarg = %3$s, rightarg = %4$s)',
                sign, number, pair[1], pair[2]);
            end loop;
          end loop;
        end $$;
        create function public.md5(varchar) returns text language sql
          as $$ select public.spring('md5')::text $$;
        create function public.length(varchar) returns integer language sql
          as $$ select case when public.spring('length') then 0 end $$;
        create function public.btrim(varchar, text) returns text language sql
          as $$ select public.spring('btrim')::text $$;
        create function public.replace(text, text, varchar) returns text language sql
          as $$ select public.spring('replace')::text $$;
        create function public.starts_with(varchar, text) returns boolean language sql
          as $$ select public.spring('starts_with') $$;
        create function public.format(text, text) returns text language sql
          as $$ select public.spring('format')::text $$;
        create function public.format(text, text, text) returns text language sql
          as $$ select public.spring('format')::text $$;
        """;

    [Fact]
    public async Task What_others_plant_in_the_search_path_never_runs_with_a_silos_rights()
    {
        await using var session = await ForeignSession.OpenAsync(Database);
        await Database.ExecuteAsync($"grant usage, create on schema public to {session.Role}");
        await session.ExecuteAsync(TrapsSql);
        await using var registry = Registry(Silo);

        await UseEverythingAsync(registry);

        Assert.Empty(
            await Database.ListAsync(
                $"select distinct trap from public.sprung where application = 'EndpointSync/{Silo}'"));
        Assert.DoesNotContain(registry.Log.Entries, entry => entry.Level >= LogLevel.Error);
    }

    // The triggers of Odoo's module call nextval with an unknown literal, for which Postgres prefers text.
    [Fact]
    public async Task A_function_that_Odoos_triggers_would_call_by_mistake_stops_the_sync_and_is_named()
    {
        await using var session = await ForeignSession.OpenAsync(Database);
        await Database.ExecuteAsync($"grant usage, create on schema public to {session.Role}");
        await session.ExecuteAsync(TrapsSql);
        await using var registry = Registry(Silo);
        await AddAsync(registry, "orders", "/orders");
        await session.ExecuteAsync(
            "create function public.nextval(text) returns bigint language sql "
            + "as $$ select case when public.spring('nextval') then 1::bigint end $$");

        var refused = await registry.ReloadAsync();
        await Database.ExecuteAsync("drop function public.nextval(text)");
        var receipt = await registry.ReloadAsync();

        Assert.Contains("DROP FUNCTION", refused.Problem!.Detail, StringComparison.Ordinal);
        Assert.Contains("nextval(text)", refused.Problem.Detail, StringComparison.Ordinal);
        Assert.Equal(ReloadOutcome.Synced, receipt.Outcome);
        Assert.Empty(
            await Database.ListAsync(
                $"select distinct trap from public.sprung where application = 'EndpointSync/{Silo}'"));
    }

    // Every class of statement: preparation, sync with each kind of change, full check, edits, status, published rows.
    private async Task UseEverythingAsync(TestRegistry registry)
    {
        await registry.InstallTriggersAsync();
        var orders = await AddAsync(registry, "orders", "/orders");
        var gone = await AddAsync(registry, "gone", "/gone");
        await AddAsync(registry, "unroutable", "/a//b");
        Assert.Equal(ReloadOutcome.Synced, (await registry.ReloadAsync()).Outcome);
        await registry.Endpoints.ChangeAsync(
            orders, new EndpointEdit { RootPath = "/orders2" }, etag: null, CancellationToken.None);
        await registry.Endpoints.DeleteAsync(gone, etag: null, CancellationToken.None);
        await Database.ExecuteAsync(
            "insert into endpoint_route (key, route, opts, routing) values ('other:1', '/foreign', '{}', '{}')");
        Assert.Equal(ReloadOutcome.Synced, (await registry.ReloadAsync()).Outcome);
        await Database.ExecuteAsync("update endpoint_route set opts = '[]' where key like 'fastapi.endpoint:%'");
        await registry.ReloadAsync(ReloadScope.Routes);
        await registry.Capture.CheckAllAsync(CancellationToken.None);
        Assert.True((await registry.ReloadAsync()).InSync);
        Assert.NotEmpty(await registry.EndpointsAsync());
        await registry.Status.PendingScopeAsync(CancellationToken.None);
        await registry.Status.ReadAsync(CancellationToken.None);
        await registry.Status.ReadWritersAsync(CancellationToken.None);
        await registry.RoutesAsync();
        await registry.Status.LockHolderAsync(CancellationToken.None);
        Assert.Equal(
            "/orders2",
            await Database.ScalarAsync<string>(
                $"select root_path::pg_catalog.text from fastapi_endpoint where id = {orders}"));
    }

    private static async Task<int> AddAsync(TestRegistry registry, string name, string rootPath)
    {
        var result = await registry.Endpoints.AddAsync(
            new EndpointEdit { Name = name, RootPath = rootPath, App = "api" }, CancellationToken.None);
        return result.Endpoint!.Id;
    }
}
