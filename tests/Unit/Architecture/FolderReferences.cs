using System.Reflection;
using System.Reflection.Emit;

namespace EndpointSync.Tests.Unit.Architecture;

/// <summary>
/// Which namespaces of an assembly refer to which: by signatures, attributes, and the code of their methods.
/// </summary>
internal static class FolderReferences
{
    private const BindingFlags Declared =
        BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic
        | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<short, OpCode> OpCodes = typeof(OpCodes)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(field => (OpCode)field.GetValue(null)!)
        .ToDictionary(code => code.Value);

    /// <summary>
    /// Every pair of a type and another one that it refers to, nested and generated types counted as those that contain
    /// them. Those that a generator puts into a namespace of its own have no folder.
    /// </summary>
    public static IEnumerable<(Type From, Type To)> Of(Assembly assembly) => assembly.GetTypes()
        .Where(HasFolder)
        .SelectMany(type => Referred(type).Select(to => (From: Outermost(type), To: Outermost(to))))
        .Where(pair => pair.To.Assembly == assembly && HasFolder(pair.To) && pair.From != pair.To)
        .Distinct();

    /// <summary>The types of other assemblies that a type refers to.</summary>
    public static IEnumerable<(Type From, Type To)> Outside(Assembly assembly) => assembly.GetTypes()
        .SelectMany(type => Referred(type).Select(to => (From: Outermost(type), To: Outermost(to))))
        .Where(pair => pair.To.Assembly != assembly)
        .Distinct();

    private static bool HasFolder(Type type) =>
        type.Namespace?.StartsWith("EndpointSync", StringComparison.Ordinal) == true;

    private static IEnumerable<Type> Referred(Type type)
    {
        var members = type.GetInterfaces().Append(type.BaseType)
            .Concat(type.GetFields(Declared).Select(field => field.FieldType))
            .Concat(type.GetProperties(Declared).Select(property => property.PropertyType))
            .Concat(type.GetCustomAttributesData().Select(attribute => attribute.AttributeType));
        var methods = type.GetMethods(Declared)
            .Cast<MethodBase>()
            .Concat(type.GetConstructors(Declared))
            .SelectMany(Referred);
        return members.Concat(methods).OfType<Type>().SelectMany(Parts).Where(part => !part.IsGenericParameter);
    }

    private static IEnumerable<Type?> Referred(MethodBase method)
    {
        var signature = method.GetParameters()
            .Select(parameter => parameter.ParameterType)
            .Append((method as MethodInfo)?.ReturnType);
        return method.GetMethodBody() is { } body
            ? signature.Concat(body.LocalVariables.Select(local => local.LocalType)).Concat(
                InCode(method, body.GetILAsByteArray()!))
            : signature;
    }

    private static IEnumerable<Type?> InCode(MethodBase method, byte[] code)
    {
        var position = 0;
        while (position < code.Length)
        {
            short value = code[position++];
            if (value == 0xFE)
            {
                value = (short)(0xFE00 | code[position++]);
            }

            var operand = OpCodes[value].OperandType;
            if (operand is OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineType
                or OperandType.InlineTok)
            {
                foreach (var type in Resolve(method, BitConverter.ToInt32(code, position)))
                {
                    yield return type;
                }
            }

            position += Length(operand, code, position);
        }
    }

    private static IEnumerable<Type?> Resolve(MethodBase method, int token)
    {
        var ofMethod = method is MethodInfo ? method.GetGenericArguments() : null;
        var member = method.Module.ResolveMember(token, method.DeclaringType!.GetGenericArguments(), ofMethod);
        return member switch
        {
            Type type => [type],
            MethodInfo { IsGenericMethod: true } generic => [.. generic.GetGenericArguments(), generic.DeclaringType],
            _ => [member?.DeclaringType],
        };
    }

    private static int Length(OperandType operand, byte[] code, int position) => operand switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(code, position)),
        _ => 4,
    };

    private static IEnumerable<Type> Parts(Type type) => type.HasElementType
        ? Parts(type.GetElementType()!)
        : type.GetGenericArguments().SelectMany(Parts).Append(type);

    private static Type Outermost(Type type) => type.DeclaringType is { } outer ? Outermost(outer) : type;
}
