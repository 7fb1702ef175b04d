namespace EndpointSync.Tests.Postgres.Migrations;

/// <summary>
/// The tables as OCA's endpoint_route_handler and Odoo's ORM create them, copied from what these were observed to
/// create.
/// </summary>
public sealed class CreatedShapeTests(CreatedTables created) : IClassFixture<CreatedTables>
{
    [Fact]
    public async Task The_columns_are_Odoos_in_their_order_with_their_types_and_defaults() => Assert.Equal(
        [
            "endpoint_route 1 id int4 - not null nextval('endpoint_route_id_seq'::regclass)",
            "endpoint_route 2 key varchar - null",
            "endpoint_route 3 route varchar - null",
            "endpoint_route 4 opts text - null",
            "endpoint_route 5 routing text - null",
            "endpoint_route 6 endpoint_hash varchar 32 null",
            "endpoint_route 7 route_group varchar 32 null",
            "endpoint_route 8 updated_at timestamp - not null now()",
            "fastapi_endpoint 1 id int4 - not null nextval('fastapi_endpoint_id_seq'::regclass)",
            "fastapi_endpoint 2 user_id int4 - null",
            "fastapi_endpoint 3 company_id int4 - null",
            "fastapi_endpoint 4 create_uid int4 - null",
            "fastapi_endpoint 5 write_uid int4 - null",
            "fastapi_endpoint 6 name varchar - not null",
            "fastapi_endpoint 7 root_path varchar - not null",
            "fastapi_endpoint 8 app varchar - not null",
            "fastapi_endpoint 9 description text - null",
            "fastapi_endpoint 10 active bool - null",
            "fastapi_endpoint 11 registry_sync bool - null",
            "fastapi_endpoint 12 save_http_session bool - null",
            "fastapi_endpoint 13 create_date timestamp - null",
            "fastapi_endpoint 14 write_date timestamp - null",
        ],
        await created.Database.ListAsync(
            """
            select concat_ws(' ', table_name, ordinal_position, column_name, udt_name,
              coalesce(character_maximum_length::text, '-'),
              case is_nullable when 'YES' then 'null' else 'not null' end, column_default)
            from information_schema.columns
            where table_schema = 'public' and table_name in ('endpoint_route', 'fastapi_endpoint')
            order by table_name, ordinal_position
            """));

    [Fact]
    public async Task The_constraints_are_Odoos() => Assert.Equal(
        [
            "endpoint_route endpoint_route__endpoint_hash_uniq UNIQUE (endpoint_hash)",
            "endpoint_route endpoint_route_pkey PRIMARY KEY (id)",
            "fastapi_endpoint fastapi_endpoint_pkey PRIMARY KEY (id)",
        ],
        await created.Database.ListAsync(
            """
            select concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid)) from pg_constraint
            where connamespace = 'public'::regnamespace and contype <> 'n' order by 1
            """));

    [Fact]
    public async Task The_indexes_are_Odoos() => Assert.Equal(
        [
            "CREATE INDEX fastapi_endpoint__root_path_index ON public.fastapi_endpoint USING btree (root_path)",
            "CREATE UNIQUE INDEX endpoint_route__endpoint_hash_uniq ON public.endpoint_route USING btree "
            + "(endpoint_hash)",
            "CREATE UNIQUE INDEX endpoint_route__key_uniq ON public.endpoint_route USING btree (key)",
            "CREATE UNIQUE INDEX endpoint_route_pkey ON public.endpoint_route USING btree (id)",
            "CREATE UNIQUE INDEX fastapi_endpoint_pkey ON public.fastapi_endpoint USING btree (id)",
        ],
        await created.Database.ListAsync(
            "select indexdef from pg_indexes where schemaname = 'public' order by indexdef collate \"C\""));

    [Fact]
    public async Task The_triggers_are_Odoos_including_their_swapped_names() => Assert.Equal(
        [
            "CREATE TRIGGER insert_endpoint_route_version_trigger BEFORE UPDATE ON public.endpoint_route FOR EACH ROW "
            + "EXECUTE FUNCTION increment_endpoint_route_version()",
            "CREATE TRIGGER trigger_endpoint_route_set_timestamp BEFORE UPDATE ON public.endpoint_route FOR EACH ROW "
            + "EXECUTE FUNCTION endpoint_route_set_timestamp()",
            "CREATE TRIGGER update_endpoint_route_version_trigger BEFORE INSERT ON public.endpoint_route FOR EACH ROW "
            + "EXECUTE FUNCTION increment_endpoint_route_version()",
        ],
        await created.Database.ListAsync(
            "select pg_get_triggerdef(oid) from pg_trigger where tgrelid in ('endpoint_route'::regclass, "
            + "'fastapi_endpoint'::regclass) and not tgisinternal and tgname not like 'endpoint_sync_%' order by 1"));

    [Fact]
    public async Task The_sequence_is_Odoos_and_belongs_to_no_column() => Assert.Equal(
        ["endpoint_route_version 1 1 1 9223372036854775807 1 f 0"],
        await created.Database.ListAsync(
            """
            select concat_ws(' ', seqrelid::regclass, seqstart, seqincrement, seqmin, seqmax, seqcache, seqcycle,
              (select count(*) from pg_depend
               where objid = seqrelid and deptype in ('a', 'i') and classid = 'pg_class'::regclass))
            from pg_sequence where seqrelid = 'endpoint_route_version'::regclass
            """));

    [Fact]
    public async Task The_triggers_do_what_Odoos_do()
    {
        await created.Database.ExecuteAsync(
            "insert into endpoint_route (key) values ('a'), ('b'); update endpoint_route set updated_at = "
            + "'2000-01-01'; delete from endpoint_route where key = 'a'");

        Assert.Equal(4L, await created.Database.ScalarAsync<long>("select last_value from endpoint_route_version"));
        Assert.True(
            await created.Database.ScalarAsync<bool>(
                "select updated_at > now() - interval '1 day' from endpoint_route"));
    }
}
