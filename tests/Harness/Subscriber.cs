using System.Globalization;

namespace SupplyApi.Tests.Harness;

/// <summary>An application of a user, which subscribes; the transcript does not show how it was made.</summary>
public sealed record Subscriber(Actor Owner, string Id)
{
    public string Path => $"/api/v1/consumers/{Id}/subscriptions";

    public static async Task<Subscriber> MakeAsync(Actors actors, Actor? owner = null)
    {
        owner ??= await actors.UserAsync();
        return new Subscriber(owner, await owner.CreateConsumerAsync());
    }

    public static string Body(string product, string plan = "auto") =>
        $$"""{ "productId": "{{product}}", "planId": "{{plan}}" }""";

    /// <summary>The number in a public id: 12 of sub_12.</summary>
    public static long NumberOf(string id) =>
        long.Parse(id[(id.IndexOf('_', StringComparison.Ordinal) + 1)..], CultureInfo.InvariantCulture);

    public Task<Answer> SubscribeAsync(string product, string plan = "auto") => Owner.Post(Path, Body(product, plan));

    /// <summary>A subscription that the transcript does not show; answers with its number.</summary>
    public async Task<long> SubscribedAsync(string product, string plan = "auto")
    {
        var answer = await Owner.Quietly().Post(Path, Body(product, plan));
        return Owner.Noted("subscription", NumberOf(Owner.Noted(answer.Expect(201).Text("id"))));
    }

    public Task<long> SubscribedAsync(Offering offering) => SubscribedAsync(offering.Product, offering.Plan);

    public async Task<Answer> SeenAsync(long subscription) =>
        (await Owner.Quietly().Get($"{Path}/sub_{subscription}")).Expect(200);

    public async Task<string> StatusAsync(long subscription) => (await SeenAsync(subscription)).Text("status");
}
