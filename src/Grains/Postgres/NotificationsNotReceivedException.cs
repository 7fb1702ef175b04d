namespace EndpointSync.Grains.Postgres;

/// <summary>
/// A session listens but receives no notifications: a pooler in between runs its statements in other sessions.
/// </summary>
internal sealed class NotificationsNotReceivedException()
    : Exception(
        "Notifications do not arrive: a pooler in transaction mode stands between EndpointSync and PostgreSQL. "
        + "Let EndpointSync connect to PostgreSQL itself, or to a pooler in session mode.");
