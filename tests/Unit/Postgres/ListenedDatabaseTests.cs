using EndpointSync.Grains.Postgres;

namespace EndpointSync.Tests.Unit.Postgres;

public sealed class ListenedDatabaseTests
{
    [Theory]
    [InlineData("Host=db;Database=odoo", "db:5432/odoo")]
    [InlineData("Host=db;Port=5433;Database=odoo;Username=other", "db:5433/odoo")]
    [InlineData("Host=db;Username=odoo", "db:5432/odoo")]
    [InlineData("Host=b, a;Port=5433;Database=odoo", "a:5433,b:5433/odoo")]
    [InlineData("Host=a:5433,b:5434;Database=odoo;Target Session Attributes=primary", "a:5433,b:5434/odoo")]
    [InlineData("Host=b:5434,a:5433;Database=odoo", "a:5433,b:5434/odoo")]
    [InlineData("Host=[::1]:5434,::1;Database=odoo", "::1:5432,[::1]:5434/odoo")]
    public void Connection_strings_that_lead_to_one_database_have_one_key(string connectionString, string key) =>
        Assert.Equal(key, ListenedDatabase.KeyOf(connectionString));
}
