namespace SupplyApi.Features.Consumers;

/// <summary>What a user's applications are known by. Names and shapes are the consumers contract's own.</summary>
public static class ConsumerRoutes
{
    public static IJsonTypeInfoResolver Json { get; } = JsonTypeInfoResolver.Combine(
        CreateConsumerJson.Default,
        GetConsumerJson.Default,

        CreateCredentialJson.Default).WithAddedModifier(Wire.CamelCase);

    public static void Map(IEndpointRouteBuilder app)
    {
        var consumers = app.MapGroup("/api/v1").ForUsers();

        CreateConsumer.Map(consumers);
        GetConsumer.Map(consumers);

        CreateCredential.Map(consumers);
    }
}
