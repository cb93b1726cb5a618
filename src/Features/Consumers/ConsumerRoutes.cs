namespace SupplyApi.Features.Consumers;

/// <summary>What a user's applications are known by. Names and shapes are the consumers contract's own.</summary>
public static class ConsumerRoutes
{
    public static IJsonTypeInfoResolver Json { get; } = JsonTypeInfoResolver.Combine(
        ListConsumersJson.Default,
        CreateConsumerJson.Default,
        GetConsumerJson.Default,
        UpdateConsumerJson.Default,
        SetConsumerStatusJson.Default,
        GetPrimaryConsumerJson.Default,
        SetPrimaryConsumerJson.Default,

        ListCredentialsJson.Default,
        CreateCredentialJson.Default,
        GetCredentialJson.Default,
        UpdateCredentialJson.Default,
        RotateCredentialJson.Default).WithAddedModifier(Wire.CamelCase);

    public static void Map(IEndpointRouteBuilder app)
    {
        var consumers = app.MapGroup("/api/v1").ForUsers();

        ListConsumers.Map(consumers);
        CreateConsumer.Map(consumers);
        GetConsumer.Map(consumers);
        UpdateConsumer.Map(consumers);
        SetConsumerStatus.Map(consumers);
        DeleteConsumer.Map(consumers);
        GetPrimaryConsumer.Map(consumers);
        SetPrimaryConsumer.Map(consumers);

        ListCredentials.Map(consumers);
        CreateCredential.Map(consumers);
        GetCredential.Map(consumers);
        UpdateCredential.Map(consumers);
        RotateCredential.Map(consumers);
        DeleteCredential.Map(consumers);
    }
}
