namespace EndpointSync.Grains.Postgres;

/// <summary>A session listens and does not hear: something between it and Postgres gives its statements to other sessions.</summary>
internal sealed class NotificationsUnheardException()
    : Exception("What a session tells does not reach it: a pooler in transaction mode stands between. Let EndpointSync connect to PostgreSQL itself, or to a pooler in session mode.");
