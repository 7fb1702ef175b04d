using System.Text.Json;
using System.Text.Json.Serialization;
using EndpointSync.Wire;

namespace EndpointSync.Cli.Api;

/// <summary>How answers are read and bodies are written; generated, so that starting costs no reflection.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSerializable(typeof(RegistryStatus))]
[JsonSerializable(typeof(SubscriberList))]
[JsonSerializable(typeof(WriterList))]
[JsonSerializable(typeof(ReloadReceipt))]
[JsonSerializable(typeof(Plan))]
[JsonSerializable(typeof(PinState))]
[JsonSerializable(typeof(RollbackRequest))]
[JsonSerializable(typeof(Rollout))]
[JsonSerializable(typeof(RouteList))]
[JsonSerializable(typeof(VersionPage))]
[JsonSerializable(typeof(VersionDetails))]
[JsonSerializable(typeof(RouteDiff))]
[JsonSerializable(typeof(OverlapList))]
[JsonSerializable(typeof(QuarantineList))]
[JsonSerializable(typeof(Explanation))]
[JsonSerializable(typeof(EndpointList))]
[JsonSerializable(typeof(EndpointView))]
[JsonSerializable(typeof(EndpointEdit))]
[JsonSerializable(typeof(GatewayList))]
[JsonSerializable(typeof(IReadOnlyList<ApiKey>))]
[JsonSerializable(typeof(ApiKeyDraft))]
[JsonSerializable(typeof(CreatedApiKey))]
[JsonSerializable(typeof(AuditPage))]
[JsonSerializable(typeof(DoctorReport))]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(VersionEvent))]
[JsonSerializable(typeof(ConvergenceEvent))]
[JsonSerializable(typeof(QuarantineEvent))]
[JsonSerializable(typeof(LockEvent))]
[JsonSerializable(typeof(ForeignWriteEvent))]
[JsonSerializable(typeof(PinEvent))]
[JsonSerializable(typeof(RolloutEvent))]
[JsonSerializable(typeof(ProblemEvent))]
[JsonSerializable(typeof(GapEvent))]
internal sealed partial class ApiJson : JsonSerializerContext;
