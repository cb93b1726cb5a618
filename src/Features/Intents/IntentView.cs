using SupplyApi.Features.Consumers;

namespace SupplyApi.Features.Intents;

/// <summary>An intent as the app that made it sees it.</summary>
internal sealed record IntentView(
    string Id, string UserId, string Platform, string ProductUrl, string Title, decimal Price, int Quantity,
    decimal TotalAmount, string RecipientName, string Address, string Phone, string? Remarks, string Status,
    string? FailureReason, DateTime CreatedAt, DateTime UpdatedAt)
{
    internal static readonly string[] Members =
    [
        "id", "userId", "platform", "productUrl", "title", "price", "quantity", "totalAmount", "recipientName",
        "address", "phone", "remarks", "status", "failureReason", "createdAt", "updatedAt",
    ];

    internal static IntentView Of(Intent intent, Person person) => new(
        PublicId.Of(Intent.IdPrefix, intent.Id), intent.UserId, intent.Platform, intent.ProductUrl, intent.Title,
        intent.Price, intent.Quantity, intent.Price * intent.Quantity, person.RecipientName, person.Address,
        person.Phone, person.Remarks, intent.Status, intent.FailureReason, intent.CreatedAt, intent.UpdatedAt);

    internal static IntentView Masked(Intent intent, Secrets secrets) => Of(intent, intent.Person(secrets).Masked);
}
