using EndpointSync.Tests.Postgres.Races;

namespace EndpointSync.Tests.Postgres.Functions;

public sealed class SecurityTests : FreshDatabaseTests
{
    private const string CallableSql =
        """
        select proc.oid::regprocedure::text from pg_proc as proc
        where pronamespace = 'endpoint_sync'::regnamespace and has_function_privilege('{0}', proc.oid, 'execute')
        order by 1
        """;

    private const string ReadableSql =
        """
        select relname || ' ' || privilege
        from pg_class,
          unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) as privilege
        where relnamespace = 'endpoint_sync'::regnamespace and relkind in ('r', 'v', 'm', 'p', 'f')
          and has_table_privilege('{0}', pg_class.oid, privilege)
        union all
        select relname || ' sequence' from pg_class
        where relnamespace = 'endpoint_sync'::regnamespace
          and case
            when relkind = 'S' then has_sequence_privilege('{0}', pg_class.oid, 'usage, select, update')
            else false end
        union all
        select 'create' where has_schema_privilege('{0}', 'endpoint_sync', 'create')
        """;

    [Fact]
    public async Task Every_role_may_call_these_functions_and_may_do_nothing_else_in_the_schema()
    {
        await using var session = await ForeignSession.OpenAsync(Database);

        Assert.Equal(
            [
                "endpoint_sync.current_version(text)", "endpoint_sync.lock_key(text)",
                "endpoint_sync.request_sync(text,text)",
                "endpoint_sync.try_lock(text)", "endpoint_sync.wait_for_version(bigint,interval,text)",
            ],
            await Database.ListAsync(CallableSql.Replace("{0}", session.Role, StringComparison.Ordinal)));
        Assert.Empty(await Database.ListAsync(ReadableSql.Replace("{0}", session.Role, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Every_security_definer_function_fixes_its_search_path() => Assert.Empty(await Database.ListAsync(
        """
        select oid::regprocedure::text from pg_proc
        where pronamespace = 'endpoint_sync'::regnamespace and prosecdef
          and proconfig is distinct from array['search_path=pg_catalog, pg_temp']
        """));

    // If a function resolved a name by the caller's search path, it would use the planted object, which raises an
    // error.
    [Fact]
    public async Task Objects_that_a_caller_plants_in_its_search_path_are_never_used()
    {
        await using var session = await ForeignSession.OpenAsync(Database);
        await Database.ExecuteAsync($"create schema trap authorization {session.Role}");
        await session.ExecuteAsync(
            """
            create function trap.spring() returns boolean language plpgsql
              as $$ begin raise exception 'sprung as %', current_user; end $$;
            create function trap.less(bigint, bigint) returns boolean language sql as 'select trap.spring()';
            create operator trap.< (function = trap.less, leftarg = bigint, rightarg = bigint);
            create function trap.same(text, text) returns boolean language sql as 'select trap.spring()';
            create operator trap.= (function = trap.same, leftarg = text, rightarg = text);
            create function trap.sha256(bytea) returns bytea language plpgsql
              as $$ begin perform trap.spring(); return ''; end $$;
            create function trap.pg_notify(text, text) returns void language sql as 'select trap.spring()';
            create function trap.pg_sleep(double precision) returns void language sql as 'select trap.spring()';
            create function trap.clock_timestamp() returns timestamptz language plpgsql
              as $$ begin perform trap.spring(); return null; end $$;
            create domain trap.bigint as pg_catalog.int8 check (trap.spring());
            create temp table state (schema_name text, version bigint);
            create temp table pending_syncs (schema_name text, requested_by text, reason text);
            create temp view pg_proc as select trap.spring();
            set search_path = trap, pg_temp, pg_catalog
            """);

        await session.ExecuteAsync(
            """
            select endpoint_sync.lock_key(), endpoint_sync.try_lock(), endpoint_sync.current_version(),
              endpoint_sync.request_sync('x'), endpoint_sync.wait_for_version(1, '60 ms')
            """);

        Assert.Equal(1L, await Database.ScalarAsync<long>("select count(*) from endpoint_sync.pending_syncs"));
        await session.ExecuteAsync("set search_path = pg_catalog; drop schema trap cascade; discard temp");
    }

    [Fact]
    public async Task A_role_that_may_use_the_schema_can_access_none_of_its_tables()
    {
        await using var session = await ForeignSession.OpenAsync(Database);
        string[] statements =
        [
            "select from endpoint_sync.state", "select from endpoint_sync.changes",
            "insert into endpoint_sync.pending_syncs values (default)",
            "delete from endpoint_sync.pending_syncs", "update endpoint_sync.state set version = 9",
            "create table endpoint_sync.mine (x integer)",
            "create function endpoint_sync.current_version(text, text) returns bigint language sql as 'select 1'",
            "create or replace function endpoint_sync.current_version(text) returns bigint language sql as 'select 1'",
        ];

        foreach (var statement in statements)
        {
            Assert.Equal("42501", (await session.RefusalAsync(statement)).SqlState);
        }
    }
}
