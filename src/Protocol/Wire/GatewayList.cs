using System.Text.Json.Serialization;

namespace EndpointSync.Wire;

/// <summary>Where clients reach a cluster's grains, as a silo answers it over HTTP.</summary>
/// <param name="ClusterId">The id of the cluster.</param>
/// <param name="ServiceId">The id of the service.</param>
/// <param name="Gateways">The address and gateway port of each active silo, as <c>10.0.0.1:30000</c>.</param>
/// <param name="Silos">The URLs of the HTTP APIs of the silos, as far as this silo knows them.</param>
internal sealed record GatewayList(
    string ClusterId, string ServiceId, IReadOnlyList<string> Gateways, IReadOnlyList<string> Silos);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(GatewayList))]
internal sealed partial class GatewayJson : JsonSerializerContext;
