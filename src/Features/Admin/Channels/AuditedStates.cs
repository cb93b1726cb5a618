namespace SupplyApi.Features.Admin.Channels;

/// <summary>What the audit log keeps of a change; it is written without the options of the wire.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(PlatformModelView))]
[JsonSerializable(typeof(ChannelView))]
[JsonSerializable(typeof(ChannelModelView))]
internal sealed partial class AuditedStates : JsonSerializerContext;
