using SupplyApi.Features.Consumers;
using SupplyApi.Features.Intents;

namespace SupplyApi.Features.Admin.Intents;

/// <summary>An intent as those see it who buy.</summary>
internal sealed record AppIntentView(
    string Id, string ConsumerId, long TenantId, string UserId, string Platform, string ProductUrl, string Title,
    [property: JsonConverter(typeof(MoneyTextJson))] decimal Price, int Quantity,
    [property: JsonConverter(typeof(MoneyTextJson))] decimal TotalAmount, string RecipientName, string Address,
    string Phone, string? Remarks, string Status, string? FailureReason, DateTime CreatedAt, DateTime UpdatedAt)
{
    internal static AppIntentView Of(Intent intent, Person person) => new(
        PublicId.Of(Intent.IdPrefix, intent.Id), PublicId.Of(PublicId.Consumer, intent.ConsumerId), intent.TenantId,
        intent.UserId, intent.Platform, intent.ProductUrl, intent.Title, intent.Price, intent.Quantity,
        intent.Price * intent.Quantity, person.RecipientName, person.Address, person.Phone, person.Remarks,
        intent.Status, intent.FailureReason, intent.CreatedAt, intent.UpdatedAt);

    internal static AppIntentView Masked(Intent intent, Secrets secrets) => Of(intent, intent.Person(secrets).Masked);
}
