using EndpointSync.Grains.Postgres;

namespace EndpointSync.Tests.Unit.Postgres;

/// <summary>What statements are called in traces.</summary>
public sealed class StatementNamesTests
{
    [Theory]
    [InlineData("select version from endpoint_sync.state where schema_name = $1", "select endpoint_sync.state")]
    [InlineData("update \"public\".fastapi_endpoint set registry_sync = $2", "update public.fastapi_endpoint")]
    [InlineData("insert into endpoint_sync.audit (at) select now()", "insert endpoint_sync.audit")]
    [InlineData("delete from only endpoint_sync.pending_changes", "delete endpoint_sync.pending_changes")]
    [InlineData("select endpoint_sync.try_lock()", "select endpoint_sync.try_lock")]
    [InlineData(
        "select e.id, endpoint_sync.text_of(e.app) as app\nfrom unnest($1) as wanted (id)\n"
        + "join lateral (select * from \"public\".fastapi_endpoint) as e on true",
        "select public.fastapi_endpoint")]
    [InlineData("with wanted as (select 1) update endpoint_sync.state set version = $1", "update endpoint_sync.state")]
    public void A_name_is_the_first_deed_and_its_table_or_function(string text, string name) =>
        Assert.Equal(name, StatementNames.Of(text));

    [Theory]
    [InlineData("set local jit = off")]
    [InlineData("select set_config('lock_timeout', $1, true)")]
    [InlineData("savepoint before_insert")]
    public void A_setting_has_no_name(string text) => Assert.Null(StatementNames.Of(text));
}
