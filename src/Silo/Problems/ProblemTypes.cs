using Microsoft.AspNetCore.Http.HttpResults;

namespace EndpointSync.Silo.Problems;

/// <summary>
/// Every kind of error that the HTTP API answers with. docs/reference/problems.md lists them, and a test compares.
/// </summary>
internal static class ProblemTypes
{
    public static readonly ProblemType InvalidRequest = new(
        "invalid-request", StatusCodes.Status400BadRequest, "One or more values are not valid",
        "Parameters, headers or fields of the body have values that nobody can mean. errors names each one with the "
        + "reason. Nothing was done. Correct them.");

    public static readonly ProblemType UnreadableRequest = new(
        "unreadable-request", StatusCodes.Status400BadRequest, "The request cannot be read",
        "The request is no valid HTTP or JSON, a number is none, or the body has a name that does not exist. Nothing "
        + "was done.");

    public static readonly ProblemType BodyTooLong = new(
        "body-too-long", StatusCodes.Status413PayloadTooLarge, "The request cannot be read",
        "The body is longer than 256 KiB. Nothing was done.");

    public static readonly ProblemType UnsupportedMediaType = new(
        "unsupported-media-type", StatusCodes.Status415UnsupportedMediaType, "The request cannot be read",
        "The body has another Content-Type than application/json. Nothing was done.");

    public static readonly ProblemType NoValidCredential = new(
        "no-valid-credential", StatusCodes.Status401Unauthorized, "A valid credential is required",
        "The request has no key, token or client certificate, or one that is mistyped, expired or revoked. Nothing was "
        + "done. Send a valid one.");

    public static readonly ProblemType RoleNotEnough = new(
        "role-not-enough", StatusCodes.Status403Forbidden, "The role is not enough",
        "The credential is valid and its role does not allow this in this registry. Nothing was done. detail names the "
        + "role that is needed.");

    public static readonly ProblemType ForeignOrigin = new(
        "foreign-origin", StatusCodes.Status403Forbidden, "Requests from other sites are refused",
        "A browser sent the request for a page of another site. Nothing was done.");

    public static readonly ProblemType DatabasePrivilegeMissing = new(
        "database-privilege-missing", StatusCodes.Status403Forbidden, "The registry's database role lacks a privilege",
        "PostgreSQL refused a statement of the silo's role. detail has what is missing. Nothing was done. The "
        + "database's owner grants it.");

    public static readonly ProblemType NoSuchPath = new(
        "no-such-path", StatusCodes.Status404NotFound, "Not Found", "The API has no such path.");

    public static readonly ProblemType NoSuchRegistry = new(
        "no-such-registry", StatusCodes.Status404NotFound, "No such registry",
        "The silo has no registry of that name in its settings. detail lists those that it has.");

    public static readonly ProblemType NoSuchVersion = new(
        "no-such-version", StatusCodes.Status404NotFound, "No such version",
        "The registry never had the version, or does not keep it any more. detail has the versions that are kept.");

    public static readonly ProblemType NoSuchEndpoint = new(
        "no-such-endpoint", StatusCodes.Status404NotFound, "No such endpoint",
        "The registry has no endpoint with that id. Nothing was changed.");

    public static readonly ProblemType NoSuchKey = new(
        "no-such-key", StatusCodes.Status404NotFound, "There is no such key",
        "No API key has that id. Nothing was revoked.");

    public static readonly ProblemType MethodNotAllowed = new(
        "method-not-allowed", StatusCodes.Status405MethodNotAllowed, "Method Not Allowed",
        "The path does not have this method. Allow has those that it has.");

    public static readonly ProblemType NotPinned = new(
        "not-pinned", StatusCodes.Status404NotFound, "The registry is not pinned",
        "The registry has no pin that could be taken off. Nothing was changed. A reload publishes what is due.");

    public static readonly ProblemType NoRollout = new(
        "no-rollout", StatusCodes.Status404NotFound, "There is no rollout",
        "No version of the registry that is kept was given to one ring of workers after the other.");

    public static readonly ProblemType RolloutRunning = new(
        "rollout-running", StatusCodes.Status409Conflict, "Another rollout is running",
        "A version of the registry is being given to one ring of workers after the other. Nothing was done. rollout "
        + "has who began it and how far it is. Wait for its end, or end it by a rollback or an unpin.");

    public static readonly ProblemType RingEmpty = new(
        "ring-empty", StatusCodes.Status409Conflict, "A ring has no worker",
        "The rollout names a ring that no live worker has, so nobody would try the version out. Nothing was done. "
        + "detail lists the rings that have workers. Correct the name, or EndpointSync:Worker:Ring of the workers.");

    public static readonly ProblemType VersionMoved = new(
        "version-moved", StatusCodes.Status409Conflict, "There is another version by now",
        "The newest version is not the one that the request saw. Nothing was changed. version has the newest: look at "
        + "what changed, and ask again with that number.");

    public static readonly ProblemType VersionNotKept = new(
        "version-not-kept", StatusCodes.Status410Gone, "The version is not kept any more",
        "The routes of the version were deleted, as EndpointSync:History says. Nothing was changed. The list of "
        + "versions has those that can be published again.");

    public static readonly ProblemType RowOpenElsewhere = new(
        "row-open-elsewhere", StatusCodes.Status409Conflict, "The row is open in another session",
        "Another session of the database has the row locked. Nothing was changed. Try again when it has committed.");

    public static readonly ProblemType RootPathTaken = new(
        "root-path-taken", StatusCodes.Status409Conflict, "The root path is taken",
        "Another endpoint has the root path, or one that Odoo does not tell from it. Nothing was changed. Choose "
        + "another one, or archive the other endpoint.");

    public static readonly ProblemType EndpointEditedMeanwhile = new(
        "endpoint-edited-meanwhile", StatusCodes.Status412PreconditionFailed, "The endpoint was edited meanwhile",
        "The endpoint's tag is not the one in If-Match any more. Nothing was changed. Read it again, and repeat the "
        + "edit if it still applies.");

    public static readonly ProblemType IdempotencyKeyInUse = new(
        "idempotency-key-in-use", StatusCodes.Status409Conflict, "The first request with this key is still running",
        "A request with the same Idempotency-Key has no answer yet. Nothing was done by this one. Repeat it after "
        + "Retry-After, to get the answer of the first one.");

    public static readonly ProblemType IdempotencyOutcomeUnknown = new(
        "idempotency-outcome-unknown", StatusCodes.Status409Conflict,
        "The outcome of the first request with this key is unknown",
        "The silo that ran the first request with this Idempotency-Key died, or lost its database, in the middle. "
        + "Nothing was done by this one. Look at the present state, and send what is still wanted with a new key.");

    public static readonly ProblemType IdempotencyKeyReused = new(
        "idempotency-key-reused", StatusCodes.Status422UnprocessableEntity,
        "The key belongs to another request",
        "The same caller sent this Idempotency-Key with another method, path, query, body or If-Match within the last "
        + "24 hours. Nothing was done. Use a new key for each request.");

    public static readonly ProblemType TooManyRequests = new(
        "too-many-requests", StatusCodes.Status429TooManyRequests, "Too many requests",
        "The credential, or the address without a valid one, has asked too often. Nothing was done. Try again after "
        + "Retry-After. EndpointSync:Http:Limits has the limits.");

    public static readonly ProblemType UnexpectedError = new(
        "unexpected-error", StatusCodes.Status500InternalServerError, "Unexpected error",
        "The silo has a fault. Event 2101 in its log has the details.");

    public static readonly ProblemType ReloadFailed = new(
        "reload-failed", StatusCodes.Status503ServiceUnavailable, "The registry was not reloaded",
        "The sync failed. receipt has the reason in problem. Silos try again by themselves.");

    public static readonly ProblemType LockBusy = new(
        "lock-busy", StatusCodes.Status503ServiceUnavailable, "Another process holds the registry's lock",
        "A rollback needs the lock and did not get it in time. Nothing was changed. receipt names the holder. Try "
        + "again, with a longer timeout, or end that session.");

    public static readonly ProblemType CoordinatorUnreachable = new(
        "coordinator-unreachable", StatusCodes.Status503ServiceUnavailable, "The coordinator cannot be reached",
        "The cluster is moving the registry's coordinator to a live silo. Try again in a moment.");

    public static readonly ProblemType CoordinatorTimeout = new(
        "coordinator-timeout", StatusCodes.Status504GatewayTimeout, "The coordinator did not answer in time",
        "Whether the sync was committed is unknown. A retry is safe: a sync without due changes does nothing.");

    public static readonly ProblemType DatabaseRefused = new(
        "database-refused", StatusCodes.Status503ServiceUnavailable, "The registry's database refused",
        "The registry's database cannot be reached, or refused a statement. sqlState has PostgreSQL's code, if it "
        + "answered. Try again when detail no longer holds.");

    public static readonly ProblemType NoRoutesYet = new(
        "no-routes-yet", StatusCodes.Status503ServiceUnavailable, "No routes yet",
        "The silo has not read the registry's routes since its start. Every poll tries again. Ask another silo.");

    public static readonly ProblemType GatewaysUnknown = new(
        "gateways-unknown", StatusCodes.Status503ServiceUnavailable, "No gateways yet",
        "The silo has not read the cluster's silos since its start. Ask again, or ask another silo.");

    public static readonly ProblemType AuditUnwritable = new(
        "audit-unwritable", StatusCodes.Status503ServiceUnavailable, "The audit cannot be written",
        "The change was not done, because nobody could see later who did it. Try again when the cluster's database is "
        + "back.");

    public static readonly ProblemType CredentialUnchecked = new(
        "credential-unchecked", StatusCodes.Status503ServiceUnavailable, "The credential cannot be checked",
        "The cluster's database or the issuer of tokens is away, and the silo does not know the credential. Nothing "
        + "was done. Try again, or ask another silo.");

    public static readonly ProblemType TooManyWatchers = new(
        "too-many-watchers", StatusCodes.Status503ServiceUnavailable, "Too many event streams",
        "The silo has as many event streams open as it takes. Ask another silo, or try again after Retry-After.");

    public static readonly ProblemType IdempotencyUnavailable = new(
        "idempotency-unavailable", StatusCodes.Status503ServiceUnavailable,
        "The Idempotency-Key cannot be checked",
        "The cluster's database, which has the keys, is away. Nothing was done. Try again later, or without a key if "
        + "doing it twice is harmless.");

    /// <summary>All of them, in the order of status and name.</summary>
    public static IReadOnlyList<ProblemType> All { get; } =
    [
        .. typeof(ProblemTypes).GetFields().Select(field => (ProblemType)field.GetValue(null)!)
            .OrderBy(type => type.Status).ThenBy(type => type.Name, StringComparer.Ordinal),
    ];

    /// <summary>An answer that names each wrong value with the reason.</summary>
    public static ValidationProblem Invalid(IDictionary<string, string[]> errors) =>
        TypedResults.ValidationProblem(errors, title: InvalidRequest.Title, type: InvalidRequest.Uri);

    /// <summary>What a status means that the server itself answers with; null for one that has no type.</summary>
    public static ProblemType? OfServer(int status) => status switch
    {
        StatusCodes.Status400BadRequest => UnreadableRequest,
        StatusCodes.Status404NotFound => NoSuchPath,
        StatusCodes.Status405MethodNotAllowed => MethodNotAllowed,
        StatusCodes.Status413PayloadTooLarge => BodyTooLong,
        StatusCodes.Status415UnsupportedMediaType => UnsupportedMediaType,
        StatusCodes.Status500InternalServerError => UnexpectedError,
        _ => null,
    };
}
