using System.CommandLine;
using System.Text;
using EndpointSync.Cli.Sql;

namespace EndpointSync.Cli.Commands;

/// <summary><c>endpointsync sql</c>: scripts for psql. It calls no silo and connects to no database.</summary>
internal static class SqlCommand
{
    // Postgres cuts longer names off.
    private const int MostBytes = 63;

    private static readonly Option<string> Owner =
        Name("--owner", "The role that owns what is EndpointSync's.", "endpointsync_owner");

    private static readonly Option<string> Silo = Name("--silo", "The silos' role.", "endpointsync_silo");

    private static readonly Option<string> Monitor =
        Name("--monitor", "The role that reads only.", "endpointsync_monitor");

    private static readonly Option<string> Schema = Name("--schema", "The schema of Odoo's tables.", "public");

    private static readonly Option<string?> Database = Checked(new Option<string?>("--database")
    {
        Description = "The only database in which the script runs. Default: any.",
        HelpName = "name",
    });

    private static readonly Option<bool> Cluster =
        new("--cluster") { Description = "For the cluster's database. Without it: for a registry's." };

    private static readonly Option<bool> Force =
        new("--force") { Description = "Remove although silos still use the database." };

    public static Command Create() => new("sql", "Prints scripts for psql.")
    {
        Create("roles", "The roles of least privilege, for a superuser.", SqlScripts.Roles, [Cluster]),
        Create(
            "migrate", "Everything that silos install, for the owner; also before an upgrade.", SqlScripts.Migrate,
            [Cluster]),
        Create(
            "remove", "Takes everything of EndpointSync's out of a registry's database.", SqlScripts.Remove, [Force]),
    };

    private static Command Create(
        string name, string description, Func<SqlNames, string> script, IEnumerable<Option> further)
    {
        var command = new Command(name, description) { Owner, Silo, Monitor, Schema, Database };
        foreach (var option in further)
        {
            command.Add(option);
        }

        command.SetAction(parsed => parsed.InvocationConfiguration.Output.Write(script(Names(parsed))));
        return command;
    }

    private static SqlNames Names(ParseResult parsed) => new(
        parsed.GetRequiredValue(Owner), parsed.GetRequiredValue(Silo), parsed.GetRequiredValue(Monitor),
        parsed.GetRequiredValue(Schema), parsed.GetValue(Database), parsed.GetValue(Cluster),
        parsed.GetValue(Force));

    private static Option<string> Name(string option, string description, string name) =>
        Checked(new Option<string>(option)
        {
            Description = $"{description} Default: {name}.",
            HelpName = "name",
            DefaultValueFactory = _ => name,
        });

    private static Option<T> Checked<T>(Option<T> option)
    {
        option.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var name }]
                && (name.Length == 0 || Encoding.UTF8.GetByteCount(name) > MostBytes || name.Any(char.IsControl)))
            {
                result.AddError($"{option.Name} must have 1 to {MostBytes} bytes and no control characters.");
            }
        });
        return option;
    }
}
