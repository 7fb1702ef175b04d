using System.Net.Sockets;
using Npgsql;

namespace EndpointSync.Grains.Postgres;

/// <summary>What Postgres' error codes mean for a sync. Codes: appendix A of PostgreSQL's manual.</summary>
internal static class SqlStates
{
    // Not among the driver's constants.
    private const string IdleInTransactionTimeout = "25P03";

    // The place in Postgres that refuses a statement whose rows a policy would hide. It has no code of its own.
    private const string RowSecurityRoutine = "check_enable_rls";

    private const string Retried = "The registry stays due and is retried.";

    /// <summary>
    /// Whether the same sync may succeed on an immediate retry. A retry is always safe: a sync reads before it writes.
    /// </summary>
    public static bool IsTransient(Exception exception) => exception switch
    {
        _ when IsOutdatedPlan(exception) => true,
        PostgresException
        {
            SqlState: PostgresErrorCodes.UniqueViolation or IdleInTransactionTimeout
                or PostgresErrorCodes.ReadOnlySqlTransaction
        } => true,
        NpgsqlException refused => refused.IsTransient || IsWithoutPrimary(refused),
        LockFailedException { InnerException: { } cause } => IsTransient(cause),
        SocketException => true,
        _ => false,
    };

    /// <summary>
    /// Whether no connection could be opened at all. A server that is away is then reported soon and not at the
    /// deadline.
    /// </summary>
    public static bool IsUnreachable(Exception exception) => exception switch
    {
        SocketException or NpgsqlException { InnerException: SocketException or TimeoutException } => true,
        PostgresException refused => refused.SqlState is PostgresErrorCodes.CannotConnectNow
            or PostgresErrorCodes.TooManyConnections or PostgresErrorCodes.ReadOnlySqlTransaction,
        NpgsqlException lost => IsWithoutPrimary(lost),
        _ => false,
    };

    /// <summary>
    /// Whether a new connection may succeed where this one cannot: the server behind the address has become a standby
    /// or another one, or the session is gone, or what it prepared.
    /// </summary>
    public static bool NeedsNewConnection(Exception exception) =>
        IsOutdatedPlan(exception) || exception is PostgresException
        {
            SqlState: PostgresErrorCodes.ReadOnlySqlTransaction or PostgresErrorCodes.AdminShutdown
        };

    /// <summary>
    /// Whether a transaction that failed so has surely changed nothing. Where a connection or a server ended in the
    /// middle, the commit may have come through.
    /// </summary>
    public static bool IsRolledBack(Exception exception) => exception switch
    {
        PostgresException refused => refused.SqlState[..2] is not ("08" or "57"),
        NpgsqlException lost => lost.InnerException is SocketException || IsWithoutPrimary(lost),
        SocketException => true,
        _ => false,
    };

    /// <summary>Whether a statement or a whole sync did not end in its time.</summary>
    public static bool IsTooLong(Exception exception) => exception is OperationCanceledException
        or PostgresException { SqlState: PostgresErrorCodes.QueryCanceled }
        or NpgsqlException { InnerException: TimeoutException };

    // Of several servers, either none accepted a connection (their failures together), or none is a primary (no failure
    // at all), as in the middle of a failover.
    private static bool IsWithoutPrimary(NpgsqlException exception) =>
        exception is { InnerException: AggregateException } || exception.GetType() == typeof(NpgsqlException)
        && exception is { InnerException: null, Message: "No suitable host was found." };

    // A column got another type after a statement that reads it was prepared, or somebody discarded what a session
    // prepared, as a pooler may. A new connection prepares it anew.
    private static bool IsOutdatedPlan(Exception exception) => exception is PostgresException
    {
        SqlState: PostgresErrorCodes.FeatureNotSupported or PostgresErrorCodes.InvalidSqlStatementName
            or PostgresErrorCodes.DuplicatePreparedStatement
    };

    /// <summary>
    /// Whether something is missing that the preparation of the registry's database creates or requires.
    /// </summary>
    public static bool IsUnprepared(Exception exception) =>
        exception is RegistryUnusableException || IsHiddenByPolicy(exception) || exception is PostgresException
        {
            SqlState: PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn
                or PostgresErrorCodes.InvalidSchemaName
        };

    /// <summary>
    /// Whether Postgres refused the values of a row: by a constraint, a type, a trigger, or a limit. Another row may be
    /// accepted. A duplicate key is no refusal: another session was faster.
    /// </summary>
    public static bool IsRowRefused(PostgresException refused) =>
        refused.SqlState[..2] is "22" or "23" or "54" or "P0"
            && refused.SqlState != PostgresErrorCodes.UniqueViolation;

    private static bool IsHiddenByPolicy(Exception exception) =>
        exception is PostgresException { Routine: RowSecurityRoutine };

    /// <summary>Describes a failure for the receipt; null if it comes from neither Postgres nor the driver.</summary>
    public static ReloadProblem? Describe(Exception exception) => exception switch
    {
        LockFailedException { InnerException: { } cause } => Describe(cause) is { } problem
            ? problem with { Meaning = $"The lock could not be requested, so nothing was written. {problem.Meaning}" }
            : null,
        DatabaseAwayException { InnerException: { } cause } => Describe(cause),
        PostgresException refused when IsHiddenByPolicy(refused) => new ReloadProblem(
            refused.SqlState,
            "Row-level security would hide rows from the registry's role, and a hidden endpoint looks like a deleted "
            + $"one. As a superuser run ALTER ROLE ... BYPASSRLS; for that role. {Retried}",
            refused.MessageText),
        PostgresException refused => new ReloadProblem(
            refused.SqlState, $"{MeaningOf(refused.SqlState)} {Retried}", refused.MessageText),
        NpgsqlException lost => new ReloadProblem(
            null, $"Postgres could not be reached, or the connection broke. {Retried}",
            lost.InnerException?.Message ?? lost.Message),
        SocketException refused => new ReloadProblem(
            null, $"Postgres could not be reached. {Retried}", refused.Message),
        IOException or UnauthorizedAccessException => new ReloadProblem(
            null, $"A file that the connection string names could not be read, or the connection broke. {Retried}",
            exception.Message),
        OperationCanceledException => new ReloadProblem(
            null, $"Postgres did not answer in time. {Retried}", "Postgres did not answer in time."),
        RegistryUnusableException unusable => new ReloadProblem(
            null, $"The registry cannot be used as it is. {Retried}", unusable.Message),
        _ => null,
    };

    private static string MeaningOf(string sqlState) => sqlState switch
    {
        PostgresErrorCodes.SerializationFailure => "Another transaction changed the same rows.",
        PostgresErrorCodes.DeadlockDetected => "This transaction and another one waited for each other.",
        PostgresErrorCodes.UniqueViolation => "Another transaction inserted the same row.",
        PostgresErrorCodes.LockNotAvailable => "Another session held a row for longer than "
            + "EndpointSync:Sync:LockTimeout.",
        PostgresErrorCodes.QueryCanceled => "A statement took longer than EndpointSync:Sync:StatementTimeout, or an "
            + "administrator cancelled it.",
        IdleInTransactionTimeout => "The silo stalled in the middle of the sync, so Postgres ended its transaction.",
        PostgresErrorCodes.InsufficientPrivilege => "The registry's database role lacks a privilege.",
        PostgresErrorCodes.TooManyConnections => "Postgres has no connection left.",
        PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow =>
            "Postgres is stopping or starting.",
        PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn =>
            "A table or column that the sync needs is missing.",
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification =>
            "Postgres does not accept the registry's role or password.",
        PostgresErrorCodes.InvalidCatalogName => "The registry's database does not exist.",
        PostgresErrorCodes.ReadOnlySqlTransaction => "The session may not write: the server is a "
            + "standby, or default_transaction_read_only is set.",
        _ => $"Postgres reported error {sqlState}.",
    };
}
