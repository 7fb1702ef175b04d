using EndpointSync.Grains.Postgres;
using EndpointSync.Grains.Sync.Statements;

namespace EndpointSync.Tests.Unit.Postgres;

/// <summary>What statements are called in traces.</summary>
public sealed class StatementNamesTests
{
    [Theory]
    [InlineData("public")]
    [InlineData("odoo-16")]
    public void A_statement_has_the_name_of_its_file_whatever_schema_it_is_made_for(string schema)
    {
        var status = SqlFile.Of<RegistryStatusStore>()["status"];

        Assert.Equal("RegistryStatusStore.status", StatementNames.Of(status));
        Assert.Equal("RegistryStatusStore.status", StatementNames.Of(new SchemaSql(schema).Of(status)));
    }

    [Fact]
    public void A_setting_has_no_name() => Assert.Null(StatementNames.Of("set local jit = off"));
}
