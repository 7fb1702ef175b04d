using EndpointSync.Grains.Postgres;
using EndpointSync.Tests.Testing;

namespace EndpointSync.Tests.Postgres.Connections;

/// <summary>
/// Whatever Npgsql's keywords say, a registry's string works, or is refused at the start with the reason, or each
/// reload has a receipt with the reason. It never ends in an exception, which would abort the process.
/// </summary>
public sealed class ConnectionStringTests : IClassFixture<TestDatabase>
{
    private readonly TestDatabase _database;

    public ConnectionStringTests(TestDatabase database) => _database = database;

    [Theory]
    [InlineData("Pooling=false")]
    [InlineData("Minimum Pool Size=30")]
    [InlineData("Maximum Pool Size=4;Minimum Pool Size=4")]
    [InlineData("Connection Lifetime=1;Connection Idle Lifetime=1;Connection Pruning Interval=1")]
    [InlineData("Target Session Attributes=read-write")]
    [InlineData("Target Session Attributes=any;Load Balance Hosts=true")]
    [InlineData("Target Session Attributes=prefer-standby")]
    [InlineData("Host Recheck Seconds=0")]
    [InlineData("Max Auto Prepare=0")]
    [InlineData("Max Auto Prepare=1;Auto Prepare Min Usages=1")]
    [InlineData("No Reset On Close=false")]
    [InlineData("Enlist=false")]
    [InlineData("Enlist=true")]
    [InlineData("Keepalive=1")]
    [InlineData("Tcp Keepalive=true;Tcp Keepalive Time=1;Tcp Keepalive Interval=1")]
    [InlineData("Command Timeout=0")]
    [InlineData("Cancellation Timeout=-1")]
    [InlineData("Cancellation Timeout=0")]
    [InlineData("Timeout=0")]
    [InlineData("Include Error Detail=true;Log Parameters=true")]
    [InlineData("Read Buffer Size=4096;Write Buffer Size=4096")]
    [InlineData("Socket Receive Buffer Size=1;Socket Send Buffer Size=1")]
    [InlineData("Array Nullability Mode=Always")]
    [InlineData("Array Nullability Mode=PerInstance")]
    [InlineData("Load Table Composites=true")]
    [InlineData("Application Name=mine")]
    [InlineData("Search Path=public")]
    [InlineData("Timezone=Asia/Tokyo")]
    [InlineData("Options=-c statement_timeout=30000")]
    [InlineData("Client Encoding=UTF8")]
    [InlineData("Persist Security Info=true")]
    [InlineData("SSL Mode=Disable")]
    [InlineData("SSL Mode=Prefer")]
    [InlineData("GSS Encryption Mode=Disable")]
    [InlineData("Require Auth=ScramSHA256")]
    [InlineData("Include Realm=false;Kerberos Service Name=other")]
    public async Task A_registry_works_with(string keywords)
    {
        var text = $"{_database.ConnectionString};{keywords}";
        Assert.Null(ConnectionStringRules.ComplaintAbout(text));
        await using var registry = new TestRegistry(_database, connectionString: text);

        var receipt = await registry.ReloadAsync().Within("the reload");

        Assert.True(receipt.InSync, $"{receipt.Problem}");
        await registry.Status.ReadAsync(CancellationToken.None);
        await registry.EndpointsAsync();
        await using var listening = await registry.Database.Listened.Source.OpenConnectionAsync();
    }

    [Theory]
    [InlineData("Multiplexing=true")]
    [InlineData("Maximum Pool Size=3")]
    [InlineData("Minimum Pool Size=30;Maximum Pool Size=20")]
    [InlineData("Connection Idle Lifetime=1;Connection Pruning Interval=10")]
    [InlineData("Read Buffer Size=1")]
    [InlineData("Write Buffer Size=1")]
    [InlineData("Timeout=-1")]
    [InlineData("Command Timeout=-1")]
    [InlineData("Keepalive=-1")]
    [InlineData("Port=0")]
    [InlineData("Port=70000")]
    [InlineData("Target Session Attributes=nowhere")]
    [InlineData("Encoding=nonsense")]
    [InlineData("Encoding=latin1")]
    [InlineData("Client Encoding=LATIN1")]
    [InlineData("Server Compatibility Mode=Redshift")]
    [InlineData("Server Compatibility Mode=NoTypeLoading")]
    [InlineData("SSL Mode=VerifyFull;Trust Server Certificate=true")]
    [InlineData("SSL Mode=Disable;SSL Negotiation=Direct")]
    [InlineData("Require Auth=scram-sha-256")]
    [InlineData("Require Auth=Password")]
    [InlineData("Require Auth=!scram-sha-256,md5")]
    [InlineData("SSL Mode=Require")]
    [InlineData("SSL Mode=Require;SSL Certificate=/nowhere/client.pem;SSL Key=/nowhere/client.key")]
    [InlineData("SSL Mode=VerifyFull;Root Certificate=/nowhere/root.pem")]
    [InlineData("Channel Binding=Require")]
    [InlineData("GSS Encryption Mode=Require")]
    [InlineData("Timezone=Nowhere/Near")]
    [InlineData("Options=-c nonsense")]
    [InlineData("Options=--nonsense")]
    [InlineData("Host=/nowhere")]
    [InlineData("Host=")]
    [InlineData("Host=,")]
    [InlineData("Host=127.0.0.1:1")]
    [InlineData("Username=")]
    [InlineData("Username=nobody")]
    [InlineData("Database=nowhere")]
    [InlineData("Passfile=/nowhere;Password=")]
    [InlineData("Unknown Keyword=1")]
    [InlineData("Pooling=perhaps")]
    public async Task A_registry_is_refused_with_the_reason_or_each_reload_has_a_receipt_with_it(string keywords)
    {
        var text = $"{_database.ConnectionString};{keywords}";
        if (ConnectionStringRules.ComplaintAbout(text) is { } complaint)
        {
            Assert.NotEmpty(complaint);
            return;
        }

        await using var registry = new TestRegistry(
            _database, new() { Deadline = TimeSpan.FromSeconds(5) }, connectionString: text);

        var receipt = await registry.ReloadAsync().Within("the reload");

        Assert.True(receipt.InSync || receipt.Problem is { Meaning.Length: > 0, Detail.Length: > 0 }, $"{receipt}");
        Assert.DoesNotContain(registry.Log.Entries, entry => entry.EventId == 1202);
    }
}
