using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using EndpointSync.Cli.Certificates;

namespace EndpointSync.Cli.Commands;

/// <summary>
/// <c>endpointsync certs</c>: the certificates of the cluster's ports, of workers, and of HTTP and PostgreSQL servers.
/// It calls no silo.
/// </summary>
internal static class CertsCommand
{
    private const string AuthorityFile = "ca";
    private const int AuthorityDays = 3650;
    private const int CertificateDays = 365;

    private static readonly Option<DirectoryInfo> Out = new("--out")
    {
        Description = "The folder for the files. Default: the current one.",
        HelpName = "folder",
        DefaultValueFactory = _ => new DirectoryInfo("."),
    };

    private static readonly Option<bool> Force = new("--force") { Description = "Replace files that exist." };

    public static Command Create() =>
        new("certs", "Makes certificates for the cluster's ports, for workers and for servers.")
    {
        CreateAuthority(), CreateCertificate(),
    };

    private static Command CreateAuthority()
    {
        var name = new Option<string>("--name")
        {
            Description = "The authority's name.",
            DefaultValueFactory = _ => "EndpointSync CA",
        };
        var days = Days(AuthorityDays);
        var command = new Command("create-ca", "Makes an authority: ca.crt and ca.key.") { name, days, Out, Force };
        command.SetAction(parsed => Run(parsed, AuthorityFile, _ =>
            (CertificateAuthority.Create(
                parsed.GetRequiredValue(name), parsed.GetValue(days), TimeProvider.System), "an authority")));
        return command;
    }

    private static Command CreateCertificate()
    {
        var name = new Argument<string>("name")
        {
            Description = "The certificate's name and that of its files, such as the machine's.",
        };
        name.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && token.Value.AsSpan().IndexOfAny("/\\") >= 0)
            {
                result.AddError($"'{token.Value}' cannot be the name of a file; give the folder with --out.");
            }
        });
        var role = new Option<string>("--role")
        {
            Description = "silo: a member of the cluster. client: a .NET program that calls its grains. worker: a "
                + "worker that shows it in the place of a key. server: HTTP or PostgreSQL.",
            Required = true,
        };
        role.AcceptOnlyFromAmong([.. CertificateRole.All.Select(one => one.Name)]);
        var hosts = new Option<string[]>("--host")
        {
            Description = "For a server: a DNS name or an IP address where others reach it; may be repeated.",
            HelpName = "name",
        };
        var dnsName = new Option<string?>("--dns-name")
        {
            Description = "EndpointSync:Cluster:Tls:Name of the silos, or ClientName; or a name in "
                + "EndpointSync:Http:ClientCertificates:Roles. Default: silo.endpointsync, client.endpointsync or "
                + "worker.endpointsync.",
        };
        var authority = new Option<DirectoryInfo>("--ca")
        {
            Description = "The folder with ca.crt and ca.key. Default: the current one.",
            HelpName = "folder",
            DefaultValueFactory = _ => new DirectoryInfo("."),
        };
        var days = Days(CertificateDays);
        var command = new Command("create", "Makes a certificate of an authority: <name>.crt and <name>.key.")
        {
            name, role, dnsName, hosts, authority, days, Out, Force,
        };
        command.Validators.Add(result =>
        {
            var isServer = result.GetValue(role) == CertificateRole.Server;
            var hasHosts = result.GetValue(hosts) is { Length: > 0 };
            if (isServer != hasHosts || (isServer && result.GetValue(dnsName) is not null))
            {
                result.AddError("--role server needs --host, and only the other roles have a --dns-name.");
            }
        });
        command.SetAction(parsed => Run(parsed, parsed.GetRequiredValue(name), _ =>
        {
            var kind = CertificateRole.All.Single(one => one.Name == parsed.GetRequiredValue(role));
            string[] names = kind.DnsName is { } usual
                ? [parsed.GetValue(dnsName) ?? usual]
                : parsed.GetRequiredValue(hosts);
            var folder = parsed.GetRequiredValue(authority).FullName;
            using var issuer = X509Certificate2.CreateFromPemFile(
                Path.Combine(folder, $"{AuthorityFile}.crt"), Path.Combine(folder, $"{AuthorityFile}.key"));
            var issued = CertificateAuthority.Issue(
                issuer, parsed.GetRequiredValue(name), names, kind.Usages, parsed.GetValue(days), TimeProvider.System);
            return ((issued.Certificate, issued.Key),
                $"a {kind.Name}'s certificate, valid until "
                + issued.End.ToString("yyyy-MM-dd HH:mm:ssZ", CultureInfo.InvariantCulture));
        }));
        return command;
    }

    private static Option<int> Days(int days)
    {
        var option = new Option<int>("--days")
        {
            Description = $"How long it is valid. Default: {days}.",
            DefaultValueFactory = _ => days,
        };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > AuthorityDays)
            {
                result.AddError($"--days must lie between 1 and {AuthorityDays}.");
            }
        });
        return option;
    }

    private static int Run(
        ParseResult parsed, string file, Func<ParseResult, ((string Certificate, string Key) Pem, string What)> make)
    {
        var error = parsed.InvocationConfiguration.Error;
        try
        {
            var path = Path.Combine(parsed.GetRequiredValue(Out).FullName, file);
            if (!parsed.GetValue(Force) && (File.Exists($"{path}.crt") || File.Exists($"{path}.key")))
            {
                error.WriteLine($"{path}.crt or {path}.key exists. --force replaces both.");
                return ExitCode.Refused;
            }

            var (pem, what) = make(parsed);
            Directory.CreateDirectory(parsed.GetRequiredValue(Out).FullName);
            PemFiles.WriteKey($"{path}.key", pem.Key);
            PemFiles.WriteCertificate($"{path}.crt", pem.Certificate);
            parsed.InvocationConfiguration.Output.WriteLine($"{path}.crt and {path}.key: {what}");
            return ExitCode.Success;
        }
        catch (Exception failure) when (
            failure is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            error.WriteLine(VisibleText.Of(failure.Message));
            return ExitCode.Refused;
        }
    }
}
