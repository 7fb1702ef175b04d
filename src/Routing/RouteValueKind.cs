namespace EndpointSync.Routing;

/// <summary>The kind of a value, by the converter of its variable.</summary>
public enum RouteValueKind
{
    /// <summary>Text: <c>string</c>, <c>any</c>, <c>path</c> and variables without a converter.</summary>
    Text,

    /// <summary>A whole number: <c>int</c>, and the id of <c>model</c>.</summary>
    Whole,

    /// <summary>A number with a fraction: <c>float</c>.</summary>
    Real,

    /// <summary>A UUID: <c>uuid</c>.</summary>
    Uuid,

    /// <summary>Ids separated by commas: <c>models</c>.</summary>
    Ids,
}
