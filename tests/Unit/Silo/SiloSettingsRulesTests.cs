using EndpointSync.Grains.Configuration;
using EndpointSync.Silo.Access;
using EndpointSync.Silo.Hosting;

namespace EndpointSync.Tests.Unit.Silo;

public sealed class SiloSettingsRulesTests
{
    [Fact]
    public void The_defaults_with_a_database_and_a_registry_are_valid() =>
        Assert.Empty(SiloSettingsRules.Check(Good()));

    [Theory]
    [InlineData("")]
    [InlineData("a key and no hash of one")]
    [InlineData("zz00000000000000000000000000000000000000000000000000000000000000")]
    public void The_hash_of_the_key_must_be_one_and_is_not_shown(string hash)
    {
        var settings = Good();
        settings.Http.AdminKeyHash = hash;

        var complaint = Assert.Single(SiloSettingsRules.Check(settings));

        Assert.Contains("EndpointSync:Http:AdminKeyHash must be", complaint, StringComparison.Ordinal);
        Assert.True(hash.Length == 0 || !complaint.Contains(hash, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(36_501)]
    public void The_audit_is_kept_for_a_day_at_least(int days) => Complains(
        settings => settings.Audit.Retention = TimeSpan.FromDays(days), "EndpointSync:Audit:Retention (");

    [Fact]
    public void A_key_for_workers_alone_protects_nothing_and_is_refused() => Complains(
        settings => settings.Http.WorkerKeyHash = new string('0', 64),
        "EndpointSync:Http:WorkerKeyHash needs EndpointSync:Http:AdminKeyHash");

    [Theory]
    [InlineData("issuer.example")]
    [InlineData("http://issuer.example")]
    [InlineData("ftp://issuer.example")]
    [InlineData("")]
    public void The_issuer_of_tokens_is_asked_over_https_unless_it_is_on_this_machine(string authority)
    {
        Complains(
            settings => settings.Http.Jwt = Tokens(authority),
            $"EndpointSync:Http:Jwt:Authority ('{authority}') must be the URL of the tokens' issuer, with https");
        foreach (var good in new[]
        {
            "https://issuer.example/realms/sync", "http://127.0.0.1:8080/realms/sync", "http://localhost",
            "http://[::1]:1",
        })
        {
            var settings = Good();
            settings.Http.Jwt = Tokens(good);
            Assert.Empty(SiloSettingsRules.Check(settings));
        }
    }

    [Fact]
    public void Tokens_need_an_issuer_an_audience_claims_and_roles_that_there_are()
    {
        Complains(
            settings => settings.Http.Jwt.Audience = "endpointsync", "EndpointSync:Http:Jwt needs an Authority");
        Complains(
            settings => settings.Http.Jwt.Roles["ops"] = "operator", "EndpointSync:Http:Jwt needs an Authority");
        Complains(
            settings => settings.Http.Jwt.ClientId = "console", "EndpointSync:Http:Jwt needs an Authority");
        ComplainsOfTokens(jwt => jwt.ClientId = " ", "EndpointSync:Http:Jwt:ClientId is empty");
        ComplainsOfTokens(jwt => jwt.ClientSecret = "s", "EndpointSync:Http:Jwt:ClientSecret needs a ClientId");
        ComplainsOfTokens(
            jwt => jwt.Scope = "profile openids",
            "EndpointSync:Http:Jwt:Scope ('profile openids') must contain openid");
        ComplainsOfTokens(jwt => jwt.Audience = " ", "EndpointSync:Http:Jwt:Audience is empty");
        ComplainsOfTokens(jwt => jwt.RoleClaim = "", "EndpointSync:Http:Jwt:RoleClaim is empty");
        ComplainsOfTokens(jwt => jwt.NameClaim = "", "EndpointSync:Http:Jwt:NameClaim is empty");
        foreach (var grant in new[] { "owner", "", "3", "operator/", "operator/a b", "operator/a/b" })
        {
            ComplainsOfTokens(
                jwt => jwt.Roles["ops"] = grant, $"EndpointSync:Http:Jwt:Roles:ops ('{grant}') must be viewer");
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(10_000_001)]
    public void Limits_of_requests_must_be_within_their_range(int value)
    {
        foreach (var key in new[] { "RequestsPerSecond", "Burst", "AnonymousPerSecond", "AnonymousBurst" })
        {
            Complains(
                settings => typeof(LimitSettings).GetProperty(key)!.SetValue(settings.Http.Limits, value),
                $"EndpointSync:Http:Limits:{key} ({value}) must lie between 1 and 10000000.");
        }
    }

    [Theory]
    [InlineData("proxy.example")]
    [InlineData("10.0.0.0/33")]
    [InlineData("")]
    public void A_trusted_proxy_is_an_address_or_a_network(string proxy) => Complains(
        settings => settings.Http.TrustedProxies = ["10.0.0.5", "10.1.0.0/16", "::1", proxy],
        $"EndpointSync:Http:TrustedProxies ('{proxy}') must be IP addresses or networks");

    [Theory]
    [InlineData("sync")]
    [InlineData("/")]
    [InlineData("/sync/")]
    public void A_path_base_begins_with_a_slash_and_does_not_end_with_one(string path) => Complains(
        settings => settings.Http.PathBase = path, $"EndpointSync:Http:PathBase ('{path}') must begin with a slash");

    [Theory]
    [InlineData(null, "ConnectionString is empty")]
    [InlineData(" ", "ConnectionString is empty")]
    [InlineData("Database=odoo", "ConnectionString names no Host")]
    [InlineData("postgresql://db/odoo", "ConnectionString cannot be used")]
    [InlineData("Host=db;Pasword=x", "ConnectionString cannot be used: Couldn't set pasword")]
    [InlineData("Host=db;Maximum Pool Size=1", "ConnectionString sets Maximum Pool Size=1; a silo needs at least 4")]
    public void The_clusters_database_must_be_named(string? connectionString, string complaint) =>
        Complains(
            settings => settings.Cluster.ConnectionString = connectionString, $"EndpointSync:Cluster:{complaint}");

    [Theory]
    [InlineData("Host=db;Password=open;sesame=b")]
    [InlineData("Host=db;pwd=open;sesame")]
    public void A_part_of_a_password_that_is_taken_for_a_keyword_is_not_shown(string connectionString)
    {
        var settings = Good();
        settings.Cluster.ConnectionString = connectionString;

        Assert.Equal(
            "EndpointSync:Cluster:ConnectionString has a part after its password that is no keyword: put a password "
            + "with a semicolon into quotes, Password=\"...\"",
            Assert.Single(SiloSettingsRules.Check(settings)));
    }

    [Theory]
    [InlineData("Host=db;Multiplexing=true", "sets Multiplexing=true; a sync needs a connection of its own")]
    [InlineData("Host=db;Maximum Pool Size=5;Minimum Pool Size=30", "cannot be used")]
    [InlineData("Host=db,standby;Target Session Attributes=primrary", "cannot be used")]
    public void A_connection_string_that_the_driver_would_refuse_later_is_refused_at_the_start(
        string connectionString, string complaint)
    {
        Complains(
            settings => settings.Cluster.ConnectionString = connectionString,
            $"EndpointSync:Cluster:ConnectionString {complaint}");
        Complains(
            settings => settings.Registries.First().Value.ConnectionString = connectionString,
            $"EndpointSync:Registries:openspp:ConnectionString {complaint}");
    }

    [Theory]
    [InlineData("Host=db;Target Session Attributes=read-write")]
    [InlineData("Host=db;Target Session Attributes=any")]
    [InlineData("Host=db;Minimum Pool Size=30")]
    [InlineData("Host=db;Load Balance Hosts=true")]
    [InlineData("Host=db,standby;Minimum Pool Size=30;Target Session Attributes=primary")]
    public void A_legal_connection_string_is_accepted(string connectionString)
    {
        var settings = Good();
        settings.Cluster.ConnectionString = connectionString;

        Assert.Empty(SiloSettingsRules.Check(settings));
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    [InlineData("silo example")]
    [InlineData("")]
    public void The_address_must_be_one_that_others_can_reach(string address) =>
        Complains(
            settings => settings.Cluster.AdvertisedAddress = address,
            $"EndpointSync:Cluster:AdvertisedAddress ({address}) must be an IP address");

    [Theory]
    [InlineData(null)]
    [InlineData("silo.example")]
    [InlineData("127.0.0.1")]
    public void A_name_or_no_address_is_looked_up_later(string? address)
    {
        var settings = Good();
        settings.Cluster.AdvertisedAddress = address;

        Assert.Empty(SiloSettingsRules.Check(settings));
    }

    [Theory]
    [InlineData("here:11111", "must be an IP address and a port")]
    [InlineData("", "must be an IP address and a port")]
    [InlineData("0.0.0.0:11111", "is not a loopback address")]
    [InlineData("[::]:11111", "is not a loopback address")]
    public void Listening_is_checked_like_advertising(string endpoint, string complaint)
    {
        foreach (var key in new[] { "SiloListeningEndpoint", "GatewayListeningEndpoint" })
        {
            var settings = Good();
            settings.Cluster.GetType().GetProperty(key)!.SetValue(settings.Cluster, endpoint);

            Assert.Contains(
                SiloSettingsRules.Check(settings),
                problem => problem.StartsWith($"EndpointSync:Cluster:{key} (", StringComparison.Ordinal)
                    && problem.Contains(complaint, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Traffic_over_a_network_must_be_allowed()
    {
        Complains(
            settings => settings.Cluster.AdvertisedAddress = "10.0.0.1",
            "EndpointSync:Cluster:AdvertisedAddress (10.0.0.1) is not a loopback address");
        var settings = Good();
        (settings.Cluster.AdvertisedAddress, settings.Cluster.AllowPlaintextClusterTraffic) = ("10.0.0.1", true);
        Assert.Empty(SiloSettingsRules.Check(settings));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(65_536)]
    public void Ports_must_be_ports(int port)
    {
        Complains(
            settings => settings.Cluster.SiloPort = port,
            $"EndpointSync:Cluster:SiloPort ({port}) must be a TCP port, 1 to 65535.");
        Complains(
            settings => settings.Cluster.GatewayPort = port,
            $"EndpointSync:Cluster:GatewayPort ({port}) must be a TCP port, 1 to 65535.");
    }

    [Fact]
    public void The_two_ports_must_differ() =>
        Complains(
            settings => settings.Cluster.GatewayPort = settings.Cluster.SiloPort,
            "EndpointSync:Cluster:SiloPort and GatewayPort are both 11111");

    [Theory]
    [InlineData(0)]
    [InlineData(151)]
    public void Names_must_fit_the_membership_table(int length)
    {
        var name = new string('n', length);
        Complains(
            settings => settings.Cluster.ClusterId = name,
            $"EndpointSync:Cluster:ClusterId ('{name}') must have 1 to 150 characters.");
        Complains(
            settings => settings.Cluster.ServiceId = name,
            $"EndpointSync:Cluster:ServiceId ('{name}') must have 1 to 150 characters.");
        Complains(
            settings => settings.Cluster.SiloName = name,
            $"EndpointSync:Cluster:SiloName ('{name}') must have 1 to 150 characters.");
    }

    [Fact]
    public void There_must_be_a_registry() =>
        Complains(settings => settings.Registries.Clear(), "EndpointSync:Registries is empty");

    [Theory]
    [InlineData("OpenSPP")]
    [InlineData("a b")]
    [InlineData("-a")]
    [InlineData("a/b")]
    [InlineData("é")]
    [InlineData("a\n")]
    public void A_registry_must_have_a_plain_name(string name) =>
        Complains(
            settings => settings.Registries[name] = Other(),
            $"EndpointSync:Registries:{name} is not a valid registry name");

    [Fact]
    public void A_registrys_options_are_checked_with_its_name()
    {
        Complains(
            settings => settings.Registries["x"] = new RegistryOptions { ConnectionString = "Database=x" },
            "EndpointSync:Registries:x:ConnectionString names no Host");
        Complains(
            settings => settings.Registries["x"] = new RegistryOptions { Schema = "" },
            "EndpointSync:Registries:x:Schema ('') must be the name of a schema");
        Complains(
            settings => settings.Registries["x"] = new RegistryOptions { Schema = new string('s', 64) },
            "EndpointSync:Registries:x:Schema");
        Complains(
            settings => settings.Registries["openspp"].LockName = " ",
            "EndpointSync:Registries:openspp:LockName is empty");
    }

    [Fact]
    public void Two_registries_must_not_share_a_set_of_tables()
    {
        Complains(
            settings => settings.Registries["twin"] = new RegistryOptions(),
            "Registries 'openspp' and 'twin' have the same ConnectionString and Schema");
        Complains(
            settings => settings.Registries["twin"] =
                new RegistryOptions { ConnectionString = settings.Cluster.ConnectionString },
            "Registries 'openspp' and 'twin' have the same ConnectionString and Schema");
        var apart = Good();
        apart.Registries["other"] = Other();
        Assert.Empty(SiloSettingsRules.Check(apart));
    }

    [Fact]
    public void Every_time_must_be_within_its_range()
    {
        Complains(
            settings => settings.Sync.IdleInTransactionTimeout = TimeSpan.Zero,
            "EndpointSync:Sync:IdleInTransactionTimeout (00:00:00) must lie between");
        Complains(settings => settings.Sync.LockTimeout = TimeSpan.FromTicks(1), "EndpointSync:Sync:LockTimeout");
        Complains(
            settings => settings.Sync.PollInterval = TimeSpan.FromDays(2),
            "EndpointSync:Sync:PollInterval (2.00:00:00) must lie between");
        Complains(
            settings => settings.Sync.RetryDelay = -TimeSpan.FromSeconds(1),
            "EndpointSync:Sync:RetryDelay (-00:00:01) must lie between");
        Complains(settings => settings.Sync.MaxRetryDelay = TimeSpan.FromDays(2), "EndpointSync:Sync:MaxRetryDelay");
        Complains(
            settings => settings.Sync.LockHoldWarning = TimeSpan.FromMilliseconds(99),
            "EndpointSync:Sync:LockHoldWarning (00:00:00.0990000) must lie between 00:00:00.1000000 and 01:00:00.");
        Complains(
            settings => settings.Sync.LockHoldWarning = TimeSpan.FromHours(2),
            "EndpointSync:Sync:LockHoldWarning (02:00:00) must lie between");
        Complains(
            settings => settings.Sync.CoordinatorTimeout = TimeSpan.Zero,
            "EndpointSync:Sync:CoordinatorTimeout (00:00:00) must lie between");
        Complains(
            settings => settings.Publishing.WorkerLease = TimeSpan.FromSeconds(1),
            "EndpointSync:Publishing:WorkerLease (00:00:01) must lie between");
        Complains(
            settings => settings.Publishing.Timeout = TimeSpan.FromMinutes(2),
            "EndpointSync:Publishing:Timeout (00:02:00) must lie between");
        Complains(
            settings => settings.Publishing.StartTimeout = TimeSpan.Zero,
            "EndpointSync:Publishing:StartTimeout (00:00:00) must lie between");
    }

    [Fact]
    public void Times_that_depend_on_each_other_are_named_together()
    {
        Complains(
            settings => settings.Sync.Deadline = TimeSpan.FromSeconds(30),
            "EndpointSync:Sync:Deadline (00:00:30) must not exceed 00:00:29");
        Complains(
            settings => settings.Sync.StatementTimeout = TimeSpan.FromSeconds(20),
            "EndpointSync:Sync:StatementTimeout (00:00:20) must be shorter than EndpointSync:Sync:Deadline (00:00:20)");
        Complains(
            settings => settings.Sync.LockTimeout = TimeSpan.FromSeconds(15),
            "EndpointSync:Sync:LockTimeout (00:00:15) must be shorter than EndpointSync:Sync:StatementTimeout "
            + "(00:00:15)");
        Complains(
            settings => settings.Sync.RetryDelay = TimeSpan.FromSeconds(11),
            "EndpointSync:Sync:RetryDelay (00:00:11) must not exceed EndpointSync:Sync:MaxRetryDelay (00:00:10)");
        Complains(
            settings => settings.Sync.CoordinatorTimeout = TimeSpan.FromSeconds(20),
            "EndpointSync:Sync:CoordinatorTimeout (00:00:20) must be shorter than EndpointSync:Sync:Deadline "
            + "(00:00:20)");
    }

    private static void Complains(Action<SiloSettings> change, string complaint)
    {
        var settings = Good();
        change(settings);
        Assert.Contains(
            SiloSettingsRules.Check(settings), problem => problem.StartsWith(complaint, StringComparison.Ordinal));
    }

    private static void ComplainsOfTokens(Action<JwtSettings> change, string complaint) => Complains(
        settings => change(settings.Http.Jwt = Tokens("https://issuer.example")), complaint);

    private static JwtSettings Tokens(string authority) => new() { Authority = authority, Audience = "endpointsync" };

    private static SiloSettings Good() => new()
    {
        Cluster = new ClusterSettings { ConnectionString = "Host=db;Database=odoo" },
        Registries = { ["openspp"] = new RegistryOptions() },
    };

    private static RegistryOptions Other() => new() { Schema = "other" };
}
