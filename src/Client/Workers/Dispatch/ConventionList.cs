using Microsoft.AspNetCore.Builder;

namespace EndpointSync.Client.Workers.Dispatch;

/// <summary>Conventions that were asked for, kept until endpoints are built.</summary>
internal sealed class ConventionList : IEndpointConventionBuilder
{
    private readonly List<Action<EndpointBuilder>> _conventions = [];
    private readonly List<Action<EndpointBuilder>> _finally = [];

    /// <summary>Does what was asked for, that of the outermost list first.</summary>
    public static void Begin(IReadOnlyList<ConventionList> lists, EndpointBuilder builder)
    {
        foreach (var convention in lists.SelectMany(list => list._conventions))
        {
            convention(builder);
        }
    }

    /// <summary>Does what was asked for at the end, that of the outermost list last.</summary>
    public static void End(IReadOnlyList<ConventionList> lists, EndpointBuilder builder)
    {
        foreach (var final in lists.Reverse().SelectMany(list => list._finally))
        {
            final(builder);
        }
    }

    public void Add(Action<EndpointBuilder> convention) => _conventions.Add(convention);

    public void Finally(Action<EndpointBuilder> finalConvention) => _finally.Add(finalConvention);
}
