using System.Text.Json;
using System.Text.Json.Serialization;

namespace EndpointSync.Cli.Profiles;

/// <summary>A cluster that the command line knows by name.</summary>
/// <param name="Server">The address of a silo's HTTP API.</param>
/// <param name="KeyFile">The file with the key; <c>~/</c> is the home directory. Never the key itself.</param>
/// <param name="CaFile">The authorities of the silos' certificates; null for those of the machine.</param>
/// <param name="Registry">The registry that commands without one are about.</param>
internal sealed record Profile(
    string Server, string? KeyFile = null, string? CaFile = null, string? Registry = null)
{
    /// <summary>Only there to be refused: every program of the user reads this file.</summary>
    public string? Key { get; init; }
}

/// <summary>The file of profiles.</summary>
/// <param name="Profiles">The profiles by name.</param>
/// <param name="Default">The profile that is used where none is named; null for none.</param>
internal sealed record ProfileList(IReadOnlyDictionary<string, Profile> Profiles, string? Default = null);

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web, AllowTrailingCommas = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, ReadCommentHandling = JsonCommentHandling.Skip,
    RespectRequiredConstructorParameters = true, RespectNullableAnnotations = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(ProfileList))]
internal sealed partial class ProfileJson : JsonSerializerContext;
