using Microsoft.AspNetCore.Builder;

namespace EndpointSync.Client.Workers.Dispatch;

/// <summary>Conventions that were asked for, kept until endpoints are built.</summary>
internal sealed class ConventionList : IEndpointConventionBuilder
{
    private readonly List<Action<EndpointBuilder>> _conventions = [];
    private readonly List<Action<EndpointBuilder>> _finally = [];

    public IReadOnlyList<Action<EndpointBuilder>> Conventions => _conventions;

    public IReadOnlyList<Action<EndpointBuilder>> Finals => _finally;

    public void Add(Action<EndpointBuilder> convention) => _conventions.Add(convention);

    public void Finally(Action<EndpointBuilder> finalConvention) => _finally.Add(finalConvention);
}
