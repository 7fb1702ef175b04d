namespace EndpointSync.Tools.Postgres;

/// <summary>
/// No PostgreSQL server programs are installed. The message has the install commands, the searched folders, and the
/// setting for an own server.
/// </summary>
public sealed class PostgresNotFoundException : Exception
{
    internal PostgresNotFoundException(IEnumerable<string> searched)
        : base($"""
            No PostgreSQL server was found: initdb, pg_ctl and postgres must be beside each other in one folder.
            Install it with
              Debian, Ubuntu   sudo apt-get install postgresql
              Fedora           sudo dnf install postgresql-server
              macOS            brew install postgresql@17
              Windows          winget install PostgreSQL.PostgreSQL.17
            or name a server of your own: EndpointSync:Cluster:ConnectionString
            (as an environment variable EndpointSync__Cluster__ConnectionString).
            These folders were searched:
              {string.Join($"{Environment.NewLine}  ", searched)}
            """)
    {
    }
}
